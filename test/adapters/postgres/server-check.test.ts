import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { connectTo } from '../../../src/adapters/postgres/connect.ts';
import { migrate } from '../../../src/adapters/postgres/migrate.ts';
import { serverFaults } from '../../../src/adapters/postgres/server-check.ts';
import { connectionTo } from '../../support/postgres/connection.ts';
import { startPostgres } from '../../support/postgres/server.ts';

/** A database with a schema `otp`, as the role `app` sees it, which owns nothing. */
async function asGuest(t: TestContext) {
  const server = await startPostgres();
  t.after(() => server.stop());
  for (const statement of ['CREATE ROLE app LOGIN', 'CREATE SCHEMA otp']) await server.query(statement);
  const url = server.url().replace('postgres@', 'app@');
  const settings = connectionTo({ url, schema: 'otp' });
  const faults = async () => {
    const database = connectTo(settings);
    try {
      return await serverFaults(database, 'otp', ['t']);
    } finally {
      await database.close();
    }
  };
  return { server, settings, faults };
}

test('a role that an administrator made a schema for needs no right on the database', async (t) => {
  const { server, settings, faults } = await asGuest(t);
  await server.query('GRANT USAGE ON SCHEMA otp TO app');
  const mend = 'GRANT CREATE, USAGE ON SCHEMA otp TO "app"';
  assert.deepEqual(await faults(), [`the role "app" may not make tables in the schema otp: ${mend}`]);
  await server.query(mend);
  assert.deepEqual(await faults(), []);
  const part = { name: 'store', migrations: [{ sql: 'CREATE TABLE {schema}.t (n int)', oldestVersion: 1 }] };
  const database = connectTo(settings);
  t.after(() => database.close());
  assert.equal(await migrate(database, 'otp', part, 'sandbox'), 0);
});

test('settings of the role by which an answer says too little are refused with the statement that mends them', async (t) => {
  const { server, faults } = await asGuest(t);
  await server.query('GRANT CREATE, USAGE ON SCHEMA otp TO app');
  const spoiled = [
    'synchronous_commit = off',
    'client_min_messages = error',
    'default_transaction_read_only = on',
  ];
  for (const setting of spoiled) await server.query(`ALTER ROLE app SET ${setting}`);
  const mends = (await faults()).map((fault) => /ALTER ROLE.*/.exec(fault)?.[0] ?? fault);
  assert.equal(mends.length, spoiled.length);
  for (const mend of mends) await server.query(mend);
  assert.deepEqual(await faults(), []);
});

test('a role that may make no functions is told who lets it', async (t) => {
  const { server, faults } = await asGuest(t);
  await server.query('GRANT CREATE, USAGE ON SCHEMA otp TO app');
  await server.query('REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC');
  const mend = 'GRANT USAGE ON LANGUAGE plpgsql TO "app"';
  assert.deepEqual(await faults(), [`the role "app" may not make functions: ${mend}`]);
  await server.query(mend);
  assert.deepEqual(await faults(), []);
  await server.query('DROP EXTENSION plpgsql');
  const missed = 'the database has no PL/pgSQL, which each has at first: make the extension plpgsql';
  assert.deepEqual(await faults(), [missed]);
});
