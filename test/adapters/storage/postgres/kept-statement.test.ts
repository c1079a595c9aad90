import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import type { DataAccess } from '../../../../src/adapters/data-kind.ts';
import { keptStatements, openStore } from '../../../../src/adapters/storage/postgres/open-store.ts';
import { accepted, idFor, issue, settleText } from '../../../contracts/otp-orders.ts';
import { bounded } from '../../../support/postgres/connect.ts';
import { connectionTo } from '../../../support/postgres/connection.ts';
import { type TestSchema, testSchema } from '../../../support/postgres/schema.ts';

async function opened(t: TestContext, place: TestSchema, access: DataAccess = 'serve') {
  const settings = { kind: 'postgres', ...connectionTo(place) } as const;
  const { store } = await openStore({ settings, environment: 'sandbox', dataDirectory: '' }, access);
  t.after(() => store.close());
  return store;
}

async function connected(t: TestContext, { url }: TestSchema) {
  const client = new pg.Client({ connectionString: url, ...bounded });
  await client.connect();
  t.after(() => client.end());
  return client;
}

async function dropRole({ url }: TestSchema, role: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, ...bounded });
  await client.connect();
  await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await client.end();
}

async function functionsIn(client: pg.Client, { schema }: TestSchema) {
  const text = 'SELECT oid, proname FROM pg_proc WHERE pronamespace = $1::regnamespace ORDER BY proname';
  return (await client.query(text, [schema])).rows;
}

test('servers that start at the same moment make each function once, and later ones make none', async (t) => {
  const place = await testSchema();
  const client = await connected(t, place);
  // Tables are made under a lock, functions are not.
  await opened(t, place);
  await client.query(
    `DO $$ DECLARE f text; BEGIN FOR f IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = '${place.schema}'::regnamespace
     LOOP EXECUTE 'DROP FUNCTION ' || f; END LOOP; END $$`,
  );
  await Promise.all(Array.from({ length: 6 }, () => opened(t, place)));
  const made = await functionsIn(client, place);
  const names = keptStatements(place.schema).map(({ name }) => name);
  assert.deepEqual(
    made.map(({ proname }) => proname),
    names.toSorted(),
  );
  await opened(t, place);
  assert.deepEqual(await functionsIn(client, place), made);
});

test('a server goes on with tables to which a later version added a column', async (t) => {
  const place = await testSchema();
  const store = await opened(t, place);
  await issue(store, 'before');
  await (await connected(t, place)).query(`ALTER TABLE ${place.schema}.request ADD COLUMN later text`);
  await settleText(store, accepted('before'));
  await issue(store, 'after');
  const challenge = await store.findChallenge('after');
  assert.equal(challenge?.challengeId, idFor('after'));
});

test('who only reads makes no function, and needs none', async (t) => {
  const place = await testSchema();
  const store = await opened(t, place);
  await issue(store, 'send');
  const client = await connected(t, place);
  for (const { name } of keptStatements(place.schema)) {
    await client.query(`DROP FUNCTION ${place.schema}.${name}`);
  }
  const reader = await opened(t, place, 'read');
  assert.equal((await reader.recall({ method: 'sendOtp', requestId: 'send' }))?.state, 'claimed');
  assert.equal((await reader.findChallenge('send'))?.challengeId, idFor('send'));
  assert.deepEqual(await functionsIn(client, place), []);
});

test('a role that may not use what another one made is told who lets it', async (t) => {
  const place = await testSchema();
  const client = await connected(t, place);
  await opened(t, place);
  const role = `${place.schema}_guest`;
  await client.query(`CREATE ROLE ${role} LOGIN`);
  t.after(() => dropRole(place, role));
  await client.query(`GRANT CREATE, USAGE ON SCHEMA ${place.schema} TO ${role}`);
  await client.query(`GRANT ALL ON ALL TABLES IN SCHEMA ${place.schema} TO ${role}`);
  const [{ name } = { name: '' }] = keptStatements(place.schema);
  await client.query(`REVOKE EXECUTE ON FUNCTION ${place.schema}.${name} FROM PUBLIC`);
  const url = new URL(place.url);
  url.username = role;
  const guest = { ...place, url: url.href };
  const grant = `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${place.schema} TO ${role}`;
  await assert.rejects(opened(t, guest), (error: Error) => error.message.includes(grant));
  await client.query(grant);
  await opened(t, guest);
});
