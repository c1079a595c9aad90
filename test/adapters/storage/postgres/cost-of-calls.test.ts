import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { storeSettings } from '../../../support/postgres/connection.ts';
import { type PostgresServer, startPostgres } from '../../../support/postgres/server.ts';
import { activeNumber } from '../../../support/test-accounts.ts';
import { codeIn, startApplication } from '../../../support/test-application.ts';
import { until } from '../../../support/until.ts';

/** As docs/scaling.md has them, "What one call costs". */
const statements = {
  send: { account: 1, issue: 1, rows: 1, write: 2 },
  repeated: { rows: 1 },
  verify: { account: 1, attempts: 1, challenges: 1, rows: 1, write: 1 },
  echo: { rows: 1, write: 1 },
};

/** Of one send, its verification and an echo: made and changed, in each table. */
const rows = {
  request: { made: 3, changed: 2 },
  subject: { made: 2, changed: 4 },
  ceiling: { made: 6, changed: 3 },
};

async function served(t: TestContext) {
  const server = await startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } });
  t.after(() => server.stop());
  await server.query('CREATE EXTENSION pg_stat_statements');
  const texts: string[] = [];
  const gateway = {
    name: 'phones',
    async send({ text }: { readonly text: { reveal(): string } }) {
      texts.push(text.reveal());
      return { kind: 'accepted', gateway: 'phones', messageId: undefined } as const;
    },
    close: async () => undefined,
  };
  const app = await startApplication({
    settings: storeSettings({ url: server.url(), schema: 'otp' }),
    overrides: { gateway },
  });
  t.after(() => app.stop());
  const call = async (method: string, requestId: string, fields: object) => {
    const before = await asked(server);
    assert.equal((await app.call(method, requestId, { ...fields })).status, 200);
    const entries = Object.entries(await asked(server)).map(([name, times]) => [
      name,
      times - (before[name] ?? 0),
    ]);
    return Object.fromEntries(entries.filter(([, times]) => times !== 0));
  };
  return { server, app, call, code: () => codeIn(texts.at(-1) ?? '') };
}

/** How often each statement of a step, and the look-up of an account, was asked. */
async function asked(server: PostgresServer): Promise<Record<string, number>> {
  const found = await server.query(
    `SELECT coalesce(substring(query FROM 'step_([a-z]+)_'), 'account') AS name, sum(calls)::integer AS calls
     FROM pg_stat_statements WHERE query ~ '^SELECT \\* FROM otp.step_|accounts.account_row' GROUP BY name`,
  );
  return Object.fromEntries(found.map(({ name, calls }) => [String(name), Number(calls)]));
}

test('a call asks as many statements, and writes as many rows, as the document on scaling says', async (t) => {
  const { server, app, call, code } = await served(t);
  const send = { accountPhoneNumber: activeNumber(1), smsMatchingToken: 'AbCdEfGhIjK' };
  assert.deepEqual(await call('sendOtp', 'send', send), statements.send);
  assert.deepEqual(await call('sendOtp', 'send', send), statements.repeated);
  const verification = { sendOtpRequestId: 'send', otp: code() };
  assert.deepEqual(await call('verifyOtp', 'verify', verification), statements.verify);
  assert.deepEqual(await call('echo', 'echo', { clientMessage: 'hello' }), statements.echo);

  // What connections wrote is counted at the latest when they end.
  await app.application.close();
  const written = async () => {
    const tables = await server.query(
      `SELECT relname, n_tup_ins::integer AS made, n_tup_upd::integer AS changed FROM pg_stat_user_tables
       WHERE schemaname = 'otp' AND relname = ANY ($1)`,
      [Object.keys(rows)],
    );
    return Object.fromEntries(tables.map(({ relname, made, changed }) => [relname, { made, changed }]));
  };
  await until(async () => isDeepStrictEqual(await written(), rows), 10_000).catch(() => {});
  assert.deepEqual(await written(), rows);
});
