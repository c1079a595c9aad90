import { readdirSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { accountsPart } from '../../../../src/adapters/directory/postgres/migrations.ts';
import { importTargetOf } from '../../../../src/adapters/directory/postgres/open-directory.ts';
import type { ConnectionSettings } from '../../../../src/adapters/postgres/connection-settings.ts';
import type { Database } from '../../../../src/adapters/postgres/database.ts';
import { openSchema } from '../../../../src/adapters/postgres/open-schema.ts';
import type { KnownAccount } from '../../../contracts/directory/directory-factory.ts';
import { connectionTo } from '../../../support/postgres/connection.ts';
import { testSchema } from '../../../support/postgres/schema.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';
import type { KeptPlace } from '../directory-place.ts';

/** Default: in a schema of its own on the server of the tests. */
export async function newPostgresPlace(
  t: TestContext,
  given?: ConnectionSettings,
): Promise<KeptPlace & { readonly connection: ConnectionSettings }> {
  const connection = given ?? connectionTo(await testSchema());
  const { schema } = connection;
  const environment = 'sandbox';
  const dataDirectory = temporaryDirectory(t);
  const terms = { settings: { kind: 'postgres' }, environment, dataDirectory, connection } as const;
  let opened: Promise<Database> | undefined;
  const database = () => {
    opened ??= openTables(connection);
    return opened;
  };
  t.after(async () => (await opened)?.close());
  return {
    connection,
    terms,
    openTarget: () => importTargetOf(terms),
    fill: async (accounts) => fill(await database(), schema, accounts),
    content: async () => contentOf(await database(), schema),
    leftovers: () => readdirSync(dataDirectory),
    async whileFull(run) {
      const tables = await database();
      await tables.write(`
        CREATE FUNCTION ${schema}.full() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE 'disk full' USING ERRCODE = '53100'; END $$`);
      for (const [table, event] of FULL) {
        await tables.write(
          `CREATE TRIGGER full_disk BEFORE ${event} ON ${schema}.${table} EXECUTE FUNCTION ${schema}.full()`,
        );
      }
      await run();
      for (const [table] of FULL) await tables.write(`DROP TRIGGER full_disk ON ${schema}.${table}`);
    },
  };
}

/** Tables that are missing are made. */
async function openTables(settings: ConnectionSettings): Promise<Database> {
  const connect = { connections: 1, statementMs: 60_000 };
  const order = { settings, environment: 'sandbox', part: accountsPart, missing: undefined, connect };
  return (await openSchema(order)).database;
}

const FULL = [
  ['account', 'UPDATE'],
  ['association', 'INSERT'],
] as const;

/** In one statement each, so that a thousand accounts take no time. */
async function fill(database: Database, schema: string, accounts: readonly KnownAccount[]): Promise<void> {
  const rows = accounts.map(({ accountId, status = 'active', phoneNumber, language, preferred = false }) => {
    return { account_id: accountId, status, phone_number: phoneNumber, language, preferred };
  });
  const ids = accounts.flatMap(({ accountId, associationIds = [] }) =>
    associationIds.map((id) => ({ account_id: accountId, association_id: id })),
  );
  await database.write(
    `INSERT INTO ${schema}.account (account_id, status, phone_number, language, preferred)
     SELECT * FROM json_to_recordset($1::json) AS x(
       account_id text, status text, phone_number text, language text, preferred boolean)`,
    [JSON.stringify(rows)],
  );
  await database.write(
    `INSERT INTO ${schema}.association (digest, association_id, account_row)
     SELECT sha256(convert_to(association_id, 'UTF8')), association_id, account_row
     FROM json_to_recordset($1::json) AS x(account_id text, association_id text) JOIN ${schema}.account USING (account_id)`,
    [JSON.stringify(ids)],
  );
}

async function contentOf(database: Database, schema: string): Promise<readonly KnownAccount[]> {
  const rows = await database.read(`
    SELECT accounts.*, ARRAY(
      SELECT association_id COLLATE "C" FROM ${schema}.association AS held
      WHERE held.account_row = accounts.account_row ORDER BY 1) AS association_ids
    FROM ${schema}.account AS accounts ORDER BY account_id`);
  return rows.map((row) => ({
    accountId: String(row['account_id']),
    status: row['status'] as NonNullable<KnownAccount['status']>,
    ...(row['phone_number'] !== null && { phoneNumber: String(row['phone_number']) }),
    ...(row['language'] !== null && { language: String(row['language']) }),
    ...(row['preferred'] === true && { preferred: true }),
    associationIds: row['association_ids'] as readonly string[],
  }));
}
