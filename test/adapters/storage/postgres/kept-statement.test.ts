import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import type { DataAccess } from '../../../../src/adapters/data-kind.ts';
import { keptStatements } from '../../../../src/adapters/storage/postgres/kept-functions.ts';
import { openStore } from '../../../../src/adapters/storage/postgres/open-store.ts';
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

/** A role of its own, with the rights that one needs. */
async function guestOf(t: TestContext, client: pg.Client, place: TestSchema) {
  const role = `${place.schema}_guest`;
  await client.query(`CREATE ROLE ${role} LOGIN`);
  t.after(() => dropRole(place, role));
  await client.query(`GRANT CREATE, USAGE ON SCHEMA ${place.schema} TO ${role}`);
  await client.query(`GRANT ALL ON ALL TABLES IN SCHEMA ${place.schema} TO ${role}`);
  const url = new URL(place.url);
  url.username = role;
  return { role, guest: { ...place, url: url.href } };
}

async function dropRole({ url }: TestSchema, role: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, ...bounded });
  await client.connect();
  await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await client.end();
}

async function dropFunctions(client: pg.Client, { schema }: TestSchema): Promise<void> {
  await client.query(
    `DO $$ DECLARE f text; BEGIN FOR f IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = '${schema}'::regnamespace
     LOOP EXECUTE 'DROP FUNCTION ' || f; END LOOP; END $$`,
  );
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
  await dropFunctions(client, place);
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
  await dropFunctions(client, place);
  const reader = await opened(t, place, 'read');
  assert.equal((await reader.recall({ method: 'sendOtp', requestId: 'send' }))?.state, 'claimed');
  assert.equal((await reader.findChallenge('send'))?.challengeId, idFor('send'));
  assert.deepEqual(await functionsIn(client, place), []);
});

test('a role that may not use what another one made is told who lets it', async (t) => {
  const place = await testSchema();
  const client = await connected(t, place);
  await opened(t, place);
  const { role, guest } = await guestOf(t, client, place);
  const [{ name } = { name: '' }] = keptStatements(place.schema);
  await client.query(`REVOKE EXECUTE ON FUNCTION ${place.schema}.${name} FROM PUBLIC`);
  const grant = `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${place.schema} TO ${role}`;
  await assert.rejects(opened(t, guest), (error: Error) => error.message.includes(grant));
  await client.query(grant);
  await opened(t, guest);
});

test('a function of the same name that takes other values is not taken for ours', async (t) => {
  const place = await testSchema();
  const client = await connected(t, place);
  const store = await opened(t, place);
  for (const { name, nothing } of keptStatements(place.schema)) {
    await client.query(
      `CREATE FUNCTION ${place.schema}.${name}(${nothing.map(() => 'text').join(', ')}) RETURNS void LANGUAGE sql AS ''`,
    );
  }
  await issue(store, 'before');
  for (const { signature } of keptStatements(place.schema)) await client.query(`DROP FUNCTION ${signature}`);
  await issue(await opened(t, place), 'after');
  assert.equal((await store.findChallenge('before'))?.challengeId, idFor('before'));
});

test('a function of the same name that does something else is refused, with what removes it', async (t) => {
  const place = await testSchema();
  const client = await connected(t, place);
  await opened(t, place);
  const [kept] = keptStatements(place.schema);
  assert.ok(kept);
  await client.query(`DROP FUNCTION ${kept.signature}`);
  await client.query(`CREATE FUNCTION ${kept.signature} RETURNS void LANGUAGE sql AS ''`);
  const told = `DROP FUNCTION ${kept.signature}`;
  await assert.rejects(opened(t, place), (error: Error) => error.message.endsWith(told));
  await client.query(told);
  await opened(t, place);
});

test('a server makes functions that went missing while it runs, and goes on', async (t) => {
  const place = await testSchema();
  const client = await connected(t, place);
  const stores = [await opened(t, place), await opened(t, place)] as const;
  const [store, other] = stores;
  await issue(store, 'before');
  await dropFunctions(client, place);
  await Promise.all([settleText(store, accepted('before')), issue(store, 'one'), issue(other, 'other')]);
  for (const id of ['before', 'one', 'other'])
    assert.equal((await other.findChallenge(id))?.challengeId, idFor(id));
  await dropFunctions(client, place);
  await store.check();
  assert.equal((await functionsIn(client, place)).length, keptStatements(place.schema).length);
});

/** What keeps every call from being answered, and whether what mends it is told. */
const hindrances: Readonly<Record<string, { readonly by: string; readonly told: RegExp }>> = {
  'that may not change requests': {
    by: 'REVOKE UPDATE ON {schema}.request FROM {role}',
    told: /GRANT SELECT, INSERT, UPDATE, DELETE ON (\w+)\.request TO "\1_guest"/,
  },
  'that may not read what was refused': {
    by: 'REVOKE SELECT ON {schema}.misstep FROM {role}',
    told: /GRANT SELECT, INSERT, UPDATE, DELETE ON (\w+)\.misstep TO "\1_guest"/,
  },
  'that may not call a function': {
    by: `REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC, {role}`,
    told: /GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA (\w+) TO \1_guest/,
  },
  'that may not make functions that went missing': {
    by: 'REVOKE CREATE ON SCHEMA {schema} FROM {role}; DROP FUNCTION {function}',
    told: /GRANT CREATE, USAGE ON SCHEMA (\w+) TO "\1_guest"/,
  },
  'without a table': { by: 'DROP TABLE {schema}.ceiling', told: /ceiling" does not exist/ },
  'without a column': { by: 'ALTER TABLE {schema}.subject DROP verified_at_ms', told: /verified_at_ms/ },
  'without what keeps requests apart': {
    by: 'ALTER TABLE {schema}.request DROP CONSTRAINT request_pkey',
    told: /no unique or exclusion constraint/,
  },
};

for (const [name, { by, told }] of Object.entries(hindrances)) {
  test(`a store ${name} is not ready, as it can answer no call`, async (t) => {
    const place = await testSchema();
    const client = await connected(t, place);
    await (await opened(t, place)).close();
    const { role, guest } = await guestOf(t, client, place);
    const store = await opened(t, guest);
    await issue(store, 'before');
    await store.check();
    const kept = keptStatements(place.schema).find(({ name: own }) => own.startsWith('step_issue'));
    const names: Readonly<Record<string, string>> = {
      ...{ schema: place.schema, role, function: `${place.schema}.${kept?.name}` },
    };
    await client.query(by.replaceAll(/\{(\w+)\}/g, (_, which) => names[which] ?? ''));
    await assert.rejects(store.check(), (error: Error) => told.test(error.message) || assert.fail(error));
    await assert.rejects(issue(store, 'after'));
  });
}
