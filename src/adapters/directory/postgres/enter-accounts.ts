import { UnavailableError } from '../../../ports/unavailable.ts';
import type { Database } from '../../postgres/database.ts';
import type { EnteringAccounts } from '../moving.ts';
import { digestOf } from './look-ups.ts';
import { writeAccounts } from './write-accounts.ts';

function statementsOf(schema: string) {
  const accounts = `
    json_to_recordset($1::json) AS given(
      account_id text, status text, phone_number text, language text, preferred boolean, revision bigint)`;
  const associations = `json_to_recordset($1::json) AS given(association_id text, account_id text)`;
  const values = (of: string) =>
    `(${of}.status, ${of}.phone_number, ${of}.language, ${of}.preferred, ${of}.revision)`;
  return {
    putAccounts: `
      INSERT INTO ${schema}.account AS held (account_id, status, phone_number, language, preferred, revision)
      SELECT account_id, status, phone_number, language, preferred, revision FROM ${accounts}
      ON CONFLICT (account_id) DO UPDATE SET (status, phone_number, language, preferred, revision) = ${values('excluded')}
      WHERE ${values('held')} IS DISTINCT FROM ${values('excluded')}`,
    equalAccounts: `
      SELECT count(*) AS equal FROM ${accounts} JOIN ${schema}.account AS held USING (account_id)
      WHERE ${values('held')} IS NOT DISTINCT FROM ${values('given')}`,
    putAssociations: `
      INSERT INTO ${schema}.association AS held (digest, association_id, account_row)
      SELECT ${digestOf('given.association_id')}, given.association_id, account.account_row
      FROM ${associations} JOIN ${schema}.account USING (account_id)
      ON CONFLICT (digest) DO UPDATE SET account_row = excluded.account_row
      WHERE held.account_row <> excluded.account_row`,
    equalAssociations: `
      SELECT count(*) AS equal FROM ${associations}
      JOIN ${schema}.account AS owner USING (account_id)
      JOIN ${schema}.association AS held ON held.digest = ${digestOf('given.association_id')}
      WHERE held.account_row = owner.account_row AND held.association_id = given.association_id`,
  } as const;
}

/** The database is closed with it. */
export function enteringAccounts(database: Database, schema: string): EnteringAccounts {
  const sql = statementsOf(schema);
  const put = (write: string, compare: string, rows: readonly object[]) =>
    writeAccounts(database, schema, async (query) => {
      const records = JSON.stringify(rows);
      await query(write, [records]);
      const [row] = await query(compare, [records]);
      if (row?.['equal'] === rows.length) return;
      throw new UnavailableError('the accounts that were written are not those that are read back');
    });
  return {
    accounts: (accounts) => put(sql.putAccounts, sql.equalAccounts, accounts),
    associations: (associations) => put(sql.putAssociations, sql.equalAssociations, associations),
    close: () => database.close(),
  };
}
