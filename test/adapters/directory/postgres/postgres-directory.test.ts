import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { directoryKinds } from '../../../../src/adapters/directory/catalog.ts';
import type { DirectoryKind } from '../../../../src/adapters/directory/directory-kind.ts';
import type { ImportTarget } from '../../../../src/adapters/directory/import/import-target.ts';
import { connectTo } from '../../../../src/adapters/postgres/connect.ts';
import { createSystemClock } from '../../../../src/adapters/system/system-clock.ts';
import { createDeadline } from '../../../../src/ports/deadline.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import { deadlineIn } from '../../../contracts/directory/directory-factory.ts';
import { connectionTo } from '../../../support/postgres/connection.ts';
import { postgres15 } from '../../../support/postgres/debian.ts';
import { startPgBouncer } from '../../../support/postgres/pgbouncer.ts';
import { startPostgres } from '../../../support/postgres/server.ts';
import { TcpProxy } from '../../../support/tcp-proxy.ts';
import { until } from '../../../support/until.ts';
import type { DirectoryPlace } from '../directory-place.ts';
import { importText } from '../import/import-text.ts';
import { newPostgresPlace } from './directory-under-test.ts';

const kind = (directoryKinds as readonly DirectoryKind[]).find((row) => row.kind === 'postgres');
const soon = deadlineIn(10_000);
const unavailable = { name: 'UnavailableError' };
const maria = { accountId: 'wallet-1', phoneNumber: '+14035550101', associationIds: ['as-1'] };

async function serve(t: TestContext, { terms }: Pick<DirectoryPlace, 'terms'>) {
  assert.ok(kind);
  const { directory } = await kind.open(terms, 'serve', createSystemClock());
  t.after(() => directory.close());
  return directory;
}

async function edit(t: TestContext, { terms }: Pick<DirectoryPlace, 'terms'>) {
  assert.ok(kind?.accounts);
  const editor = await kind.accounts.edit(terms);
  t.after(() => editor.close());
  return editor;
}

test('look-ups of one moment get the accounts that each asked for', async (t) => {
  const place = await newPostgresPlace(t);
  const number = (n: number) => `+1403555${1000 + n}`;
  await place.fill(
    Array.from({ length: 200 }, (_, n) => {
      return { accountId: `w-${n}`, phoneNumber: number(n), associationIds: [`as-${n}`] };
    }),
  );
  const directory = await serve(t, place);
  const asked = Array.from({ length: 400 }, (_, n) => n);
  const found = await Promise.all([
    ...asked.map(async (n) => (await directory.findByAssociationId(`as-${n}`, soon))?.accountId),
    ...asked.map(async (n) => (await directory.findByPhoneNumber(new Secret(number(n)), soon))[0]?.accountId),
    directory.findByAssociationId('as-1\0', soon),
    directory.findByAssociationId('\uD83D', soon),
  ]);
  const expected = asked.map((n) => (n < 200 ? `w-${n}` : undefined));
  assert.deepEqual(found, [...expected, ...expected, undefined, undefined]);
});

for (const [column, value] of [
  ['status', 'aktive'],
  ['phone_number', '4035550101'],
  ['phone_number', ''],
  ['language', ''],
  ['account_id', ''],
  ['revision', '9007199254740993'],
] as const) {
  test(`[SO-11] an account whose ${column} is ${inspect(value)} is an error and not an answer`, async (t) => {
    const place = await newPostgresPlace(t);
    await place.fill([maria]);
    const database = connectTo(place.connection);
    t.after(() => database.close());
    const { schema } = place.connection;
    const write = () => database.write(`UPDATE ${schema}.account SET ${column} = $1`, [value]);
    if (column !== 'revision') {
      await assert.rejects(write, /violates check constraint/);
      await database.write(`ALTER TABLE ${schema}.account DROP CONSTRAINT account_${column}_check`);
    }
    await write();
    const directory = await serve(t, place);
    await assert.rejects(directory.findByAssociationId('as-1', soon), {
      name: 'UnavailableError',
      message: `the account directory holds a ${column} that makes no sense, in row 1 of its accounts`,
    });
  });
}

test('an error of the database is UnavailableError, with its cause, and the next look-up is answered', async (t) => {
  const place = await newPostgresPlace(t);
  await place.fill([maria]);
  const directory = await serve(t, place);
  const database = connectTo(place.connection);
  t.after(() => database.close());
  const { schema } = place.connection;
  await database.write(`ALTER TABLE ${schema}.account RENAME TO elsewhere`);
  for (const ask of [
    () => directory.findByAssociationId('as-1', soon),
    () => directory.findByPhoneNumber(new Secret('+14035550101'), soon),
    () => directory.check(soon),
  ]) {
    await assert.rejects(ask, (error: Error) => {
      assert.equal(error.name, 'UnavailableError');
      assert.match(String(error.cause), /relation ".*account" does not exist/);
      return true;
    });
  }
  await database.write(`ALTER TABLE ${schema}.elsewhere RENAME TO account`);
  assert.equal((await directory.findByAssociationId('as-1', soon))?.accountId, 'wallet-1');
});

test('a role that is unknown, or may not do enough, is refused with what mends it', async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const connection = connectionTo({ url: server.url(), schema: 'gsp_otp' });
  const place = await newPostgresPlace(t, connection);
  await place.fill([maria]);
  await server.query('CREATE ROLE clerk LOGIN');
  const as = (user: string) => ({ terms: { ...place.terms, connection: { ...connection, user } } });
  await assert.rejects(serve(t, as('nobody')), {
    ...unavailable,
    message: /^postgres:\/\/127\.0\.0\.1:\d+\/postgres \(schema gsp_otp\).* role "nobody" does not exist/,
  });
  await assert.rejects(serve(t, as('clerk')), /GRANT CREATE, USAGE ON SCHEMA gsp_otp TO "clerk"/);
  await server.query('GRANT CREATE, USAGE ON SCHEMA gsp_otp TO "clerk"');
  await assert.rejects(serve(t, as('clerk')), {
    ...unavailable,
    message: /GRANT SELECT, INSERT, UPDATE, DELETE ON gsp_otp\.account, .* TO "clerk"/,
  });
});

test('[OPS-2] a network that falls silent is unavailable by the deadline, and not later', async (t) => {
  const server = await startPostgres();
  const proxy = await TcpProxy.to(server.port);
  const url = `postgres://postgres@127.0.0.1:${proxy.port}/postgres`;
  const place = await newPostgresPlace(t, connectionTo({ url, schema: 'gsp_otp' }));
  await place.fill([maria]);
  const directory = await serve(t, place);
  t.after(() => Promise.all([server.stop(), proxy.close()]));
  await directory.check(soon);
  proxy.fallSilent('there', 'back');
  const deadline = createDeadline(createSystemClock(0), 100);
  await assert.rejects(directory.findByAssociationId('as-1', deadline), {
    ...unavailable,
    message: 'the account directory did not answer by the deadline',
  });
  proxy.speak();
});

test('[OQ-29] two that become active at once with one number are decided one after the other', async (t) => {
  const place = await newPostgresPlace(t);
  const phoneNumber = '+14035550101';
  await place.fill([
    { accountId: 'w-1', status: 'closed', phoneNumber },
    { accountId: 'w-2', status: 'closed', phoneNumber },
  ]);
  const editors = [await edit(t, place), await edit(t, place)];
  for (let round = 0; round < 10; round += 1) {
    const outcomes = await Promise.all(editors.map((editor, n) => editor.setStatus(`w-${n + 1}`, 'active')));
    assert.deepEqual(outcomes.sort(), ['number-taken', 'set']);
    for (const accountId of ['w-1', 'w-2'])
      assert.equal(await editors[0]?.setStatus(accountId, 'closed'), 'set');
  }
});

test('an import and single changes wait for each other, longer than a request could, and nobody else for them', async (t) => {
  const server = await startPostgres({ settings: { lock_timeout: '1ms' } });
  const place = await newPostgresPlace(t, connectionTo({ url: server.url(), schema: 'gsp_otp' }));
  await place.fill([maria]);
  const [directory, editor] = [await serve(t, place), await edit(t, place)];
  const target = await place.openTarget();
  t.after(() => target.close());
  t.after(() => server.stop());
  let change: Promise<string> | undefined;
  await target.transaction(async (accounts) => {
    target.staging.exec(`INSERT INTO staged.accounts VALUES ('wallet-1', 1, 'closed', NULL, NULL, NULL)`);
    assert.equal((await accounts.putAccounts({ after: '', upto: 'x' })).closed, 1);
    change = editor.setStatus('wallet-1', 'closed-fraud');
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`;
    await until(async () => (await server.query(waiting)).length > 0);
    assert.equal((await directory.findByAssociationId('as-1', soon))?.status, 'active');
    return { keep: true, result: undefined };
  });
  assert.equal(await change, 'set');
  const found = await directory.findByAssociationId('as-1', soon);
  assert.deepEqual([found?.status, found?.revision], ['closed-fraud', 2]);
});

test('a directory without a table or a column that look-ups need is not ready', async (t) => {
  for (const change of ['DROP TABLE {}.association', 'ALTER TABLE {}.account DROP phone_number CASCADE']) {
    const place = await newPostgresPlace(t);
    const directory = await serve(t, place);
    await directory.check(soon);
    const database = connectTo(place.connection);
    t.after(() => database.close());
    await database.write(change.replace('{}', place.connection.schema));
    await assert.rejects(directory.check(soon), { ...unavailable, message: /does not exist/ });
  }
});

test('an import whose commit gets no answer says so; the same file again changes nothing', async (t) => {
  const server = await startPostgres();
  const proxy = await TcpProxy.to(server.port);
  const url = `postgres://postgres@127.0.0.1:${proxy.port}/postgres`;
  const place = await newPostgresPlace(t, connectionTo({ url, schema: 'gsp_otp' }));
  await place.fill([]);
  t.after(() => Promise.all([server.stop(), proxy.close()]));
  const target = await place.openTarget();
  const isCommitted = async () => (await server.query('SELECT FROM gsp_otp.account')).length > 0;
  let cut: Promise<void> | undefined;
  const cutting: ImportTarget = {
    ...target,
    transaction: (run) =>
      target.transaction(async (accounts) => {
        const outcome = await run(accounts);
        proxy.fallSilent('back');
        cut = (async () => {
          await until(isCommitted);
          proxy.cut();
          proxy.speak();
        })();
        return outcome;
      }),
  };
  const text = 'accountId,status\nw-1,active\n';
  await assert.rejects(importText({ openTarget: async () => cutting }, text), {
    ...unavailable,
    message:
      /^the database gave no word whether accounts were written: do it again, which changes nothing twice/,
  });
  await cut;
  const { outcome, counts } = await importText(place, text);
  assert.deepEqual([outcome, counts?.created, counts?.changed], ['applied', 0, 0]);
});

for (const [what, start] of [
  ['PostgreSQL 15', async () => [await startPostgres({ programs: postgres15 })] as const],
  [
    'PgBouncer in transaction mode',
    async () => {
      const server = await startPostgres();
      return [await startPgBouncer(server), server] as const;
    },
  ],
] as const) {
  test(`everything is done with ${what}`, async (t) => {
    const [reached, ...behind] = await start();
    t.after(async () => {
      for (const server of [reached, ...behind]) await server.stop();
    });
    const place = await newPostgresPlace(t, connectionTo({ url: reached.url(), schema: 'gsp_otp' }));
    const text =
      'accountId,status,phoneNumber,associationIds\nw-1,active,+14035550101,as-1\nw-2,closed,,as-2\n';
    for (const created of [2, 0]) assert.equal((await importText(place, text)).counts?.created, created);
    const [directory, editor] = [await serve(t, place), await edit(t, place)];
    assert.equal(await editor.setStatus('w-2', 'active'), 'set');
    assert.equal(await editor.associate('w-2', 'as-1'), 'taken');
    const found = await Promise.all(['as-1', 'as-2'].map((id) => directory.findByAssociationId(id, soon)));
    assert.deepEqual(
      found.map((account) => [account?.accountId, account?.status]),
      [
        ['w-1', 'active'],
        ['w-2', 'active'],
      ],
    );
  });
}
