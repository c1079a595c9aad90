import type { Database } from '../../postgres/database.ts';
import type { AccountEditor } from '../directory-kind.ts';
import { ACCOUNT_COLUMNS, readAccount } from '../rows/account-row.ts';
import { isNoText } from './look-ups.ts';
import { unhurried, writeAccounts } from './write-accounts.ts';

function wholeAccountStatements(schema: string) {
  return {
    page: `
      WITH accounts AS MATERIALIZED (
        SELECT * FROM ${schema}.account WHERE account_row > $1 ORDER BY account_row LIMIT 5000)
      SELECT ${ACCOUNT_COLUMNS}, coalesce(held.association_ids, '{}') AS association_ids
      FROM accounts LEFT JOIN (
        SELECT account_row, array_agg(association_id ORDER BY association_id) AS association_ids
        FROM ${schema}.association WHERE $2::boolean AND account_row IN (SELECT account_row FROM accounts)
        GROUP BY account_row) AS held USING (account_row)
      ORDER BY accounts.account_row`,
    deleteAssociations: `
      DELETE FROM ${schema}.association
      WHERE account_row = (SELECT account_row FROM ${schema}.account WHERE account_id = $1)`,
    deleteAccount: `DELETE FROM ${schema}.account WHERE account_id = $1 RETURNING account_row`,
    count: `SELECT count(*) AS accounts FROM ${schema}.account`,
  } as const;
}

/** What an operator does with accounts as wholes. */
export function wholeAccounts(
  database: Database,
  schema: string,
): Pick<AccountEditor, 'delete' | 'page' | 'count'> {
  const sql = wholeAccountStatements(schema);
  const read = (text: string, values: readonly unknown[] = []) =>
    unhurried(database, (query) => query(text, values));
  return {
    async delete(accountId) {
      if (isNoText(accountId)) return 'unknown-account';
      return writeAccounts(database, schema, async (query) => {
        await query(sql.deleteAssociations, [accountId]);
        const deleted = await query(sql.deleteAccount, [accountId]);
        return deleted.length > 0 ? 'deleted' : 'unknown-account';
      });
    },
    async page(after, { associated }) {
      const rows = await read(sql.page, [after, associated]);
      const accounts = rows.map((row) => ({
        ...readAccount(row),
        associationIds: row['association_ids'] as readonly string[],
      }));
      const last = rows.at(-1)?.['account_row'];
      return { accounts, last: last === undefined ? undefined : Number(last) };
    },
    count: async () => Number((await read(sql.count))[0]?.['accounts']),
  };
}
