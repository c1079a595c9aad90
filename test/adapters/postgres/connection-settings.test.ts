import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReserved } from '../../../src/adapters/postgres/connection-settings.ts';
import { inspectConfig } from '../../../src/settings/load.ts';
import { connect } from '../../support/postgres/connect.ts';
import { storeSettings } from '../../support/postgres/connection.ts';
import { testSchema } from '../../support/postgres/schema.ts';

test('each name that PostgreSQL takes for no schema is known, and no other one', async (t) => {
  const client = await connect(t, (await testSchema()).url);
  const { rows } = await client.query('SELECT word FROM pg_get_keywords()');
  const refused: string[] = [];
  const names = [...rows.map(({ word }) => String(word)), 'pg_otp', 'pgotp', 'gsp_otp_2'];
  for (const name of names) {
    await client.query('BEGIN');
    await client.query(`CREATE SCHEMA ${name}`).catch(() => refused.push(name));
    await client.query('ROLLBACK');
  }
  assert.ok(refused.length > 100, `${refused.length}`);
  assert.deepEqual(names.filter(isReserved), refused);
});

test('a schema that PostgreSQL keeps for itself is a fault of the configuration', () => {
  const faultsOf = (schema: string) => {
    const settings = storeSettings({ url: 'postgres://app@127.0.0.1:5432/otp', schema });
    return inspectConfig({ env: {}, overrides: settings }).faults;
  };
  assert.deepEqual(faultsOf('users'), []);
  for (const schema of ['user', 'pg_otp']) {
    const [fault] = faultsOf(schema);
    assert.match(
      JSON.stringify(fault),
      new RegExp(`the schema ${schema}, a name that PostgreSQL keeps for itself`),
    );
  }
});
