import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { connectTo } from '../../../../src/adapters/postgres/connect.ts';
import { openStore } from '../../../../src/adapters/storage/postgres/open-store.ts';
import { PostgresOtpStore } from '../../../../src/adapters/storage/postgres/otp-store.ts';
import type { GuardOrder, OtpStore } from '../../../../src/ports/otp-store.ts';
import {
  aChallenge,
  anEcho,
  anIssue,
  digest,
  granted,
  HOUR,
  idFor,
  T0,
} from '../../../contracts/otp-orders.ts';
import { completeRequest } from '../../../contracts/otp-steps.ts';
import { connect } from '../../../support/postgres/connect.ts';
import { connectionTo } from '../../../support/postgres/connection.ts';
import { testSchema } from '../../../support/postgres/schema.ts';
import { until } from '../../../support/until.ts';

/*
 * What another server does at the very moment at which a step is written: it has changed a row, or made one, and commits when
 * the step already waits for it.
 */

const global = { subject: 'global', windowMs: HOUR };
const guard: GuardOrder = { unverified: [global, global, global], verified: [global, global, global] };

/** Whether somebody waits for whoever asks. */
const WAITS = 'SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))';

/** Issues a challenge that counts under a ceiling. */
async function issueOne(store: OtpStore): Promise<void> {
  const challenge = aChallenge({ challengeId: idFor('send-1') });
  const order = anIssue('send-1', { ceilings: [global] });
  await store.issue(order, () => granted('issue', challenge, order));
}

async function start(t: TestContext) {
  const place = await testSchema();
  const settings = { kind: 'postgres', ...connectionTo(place) } as const;
  await (await openStore({ settings, environment: 'sandbox', dataDirectory: '' }, 'serve')).store.close();
  const database = connectTo(settings);
  const store = new PostgresOtpStore(database, settings.schema);
  t.after(() => store.close());
  const write = database.write.bind(database);
  let writes = 0;
  database.write = (...statement) => {
    writes += 1;
    return write(...statement);
  };
  const other = await connect(t, place.url);
  await other.query(`SET search_path = ${place.schema}`);
  return { store, other, writes: () => writes };
}

const changes = {
  'an account': 'UPDATE subject SET version = gen_random_uuid()',
  'a request': 'UPDATE request SET version = gen_random_uuid()',
  'a ceiling': 'UPDATE ceiling SET raised = raised + 1000',
};

const inserts = {
  'an account': `INSERT INTO subject VALUES ('\\x${Buffer.from(digest('maria')).toString('hex')}', gen_random_uuid(), 0)`,
  'a request': `
    INSERT INTO request (request_id, method, version, state, fingerprint, owner, lease_expires_at_ms, received_at_ms)
    SELECT 'send-1', 'sendOtp', gen_random_uuid(), state, fingerprint, owner, 0, 0 FROM request`,
  'a ceiling': `INSERT INTO ceiling VALUES ('global', ${HOUR}, 1000, '{}', 0)`,
};

test('a step that is stale writes nothing, not even a part', async (t) => {
  const { store, other, writes } = await start(t);
  await issueOne(store);
  const tables = ['request', 'subject', 'ceiling', 'block'];
  const contents = async () => {
    const found = [];
    for (const table of tables) found.push((await other.query(`SELECT * FROM ${table} ORDER BY 1`)).rows);
    return found;
  };
  await other.query('BEGIN');
  await other.query(changes['a ceiling']);
  const expected = await contents();
  const before = writes();
  const whom = { accountDigest: digest('ana'), phoneNumberDigest: digest('number of ana') };
  const order = anIssue('send-2', { ceilings: [global], guard, ...whom });
  const block = { subject: 'global', sinceMs: T0, untilMs: T0 + HOUR, unverified: 1, verified: 1 };
  const issuing = store.issue(order, () =>
    writes() === before
      ? { ...granted('issue', aChallenge(whom), order), guard: { begin: [block] } }
      : { kind: 'busy' },
  );
  await until(async () => (await other.query(WAITS)).rowCount !== 0);
  await other.query('COMMIT');
  assert.equal((await issuing).kind, 'busy');
  assert.deepEqual(await contents(), expected);
});

for (const [kind, statements] of Object.entries({ changed: changes, made: inserts })) {
  for (const [what, statement] of Object.entries(statements)) {
    test(`${what} that another server has ${kind} while a step is written makes it decided anew`, async (t) => {
      const { store, other, writes } = await start(t);
      if (kind === 'changed') await issueOne(store);
      else await completeRequest(store, anEcho('echo-1'));
      await other.query('BEGIN');
      assert.ok((await other.query(statement)).rowCount);
      const before = writes();
      const issuing = issueOne(store);
      await until(async () => (await other.query(WAITS)).rowCount !== 0);
      await other.query('COMMIT');
      await issuing;
      assert.equal(writes() - before, 2);
    });
  }
}
