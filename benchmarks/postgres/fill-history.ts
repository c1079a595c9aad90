import pg from 'pg';
import { openStore } from '../../src/adapters/storage/postgres/open-store.ts';
import type { PostgresStoreSettings } from '../../src/adapters/storage/postgres/settings.ts';
import { fillTables } from '../../test/support/postgres/fill-tables.ts';

/**
 * Makes a store that so many challenges of the last 29 days lie in. Its indexes are made when the tables are full: row by
 * row, each would be written to at random places.
 */
export async function fillHistory(
  url: string,
  settings: PostgresStoreSettings,
  count: number,
): Promise<void> {
  await (await openStore({ settings, environment: 'sandbox', dataDirectory: '' }, 'serve')).store.close();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("SET synchronous_commit = off; SET maintenance_work_mem = '1GB'");
    const remade = await dropIndexes(client, settings.schema);
    await fillTables((text, values) => client.query(text, values), settings.schema, count);
    for (const statement of remade) await client.query(statement);
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}

/** Returns the statements that make them again. */
async function dropIndexes(client: pg.Client, schema: string): Promise<readonly string[]> {
  const { rows } = await client.query(
    `SELECT indexrelid::regclass AS index, pg_get_indexdef(indexrelid) AS definition, indrelid::regclass AS "table",
       conname AS key, pg_get_constraintdef(c.oid) AS key_definition
     FROM pg_index JOIN pg_class i ON i.oid = indexrelid LEFT JOIN pg_constraint c ON conindid = indexrelid
     WHERE indrelid = ANY (ARRAY(SELECT format('%I.%I', $1::text, name)::regclass
       FROM unnest(ARRAY['request', 'subject', 'misstep', 'ceiling', 'block']) AS name))`,
    [schema],
  );
  for (const { index, table, key } of rows) {
    await client.query(key ? `ALTER TABLE ${table} DROP CONSTRAINT ${key}` : `DROP INDEX ${index}`);
  }
  return rows.map(({ definition, table, key, key_definition: keyDefinition }) =>
    key ? `ALTER TABLE ${table} ADD CONSTRAINT ${key} ${keyDefinition}` : definition,
  );
}
