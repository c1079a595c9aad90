import type { DatabaseSync } from 'node:sqlite';
import type { AccountEditor } from '../directory-kind.ts';
import { ACCOUNT_COLUMNS, readAccount } from '../rows/account-row.ts';
import { reading, writing } from './editing.ts';

/** An operator may stop between two pages. */
const PAGE = `SELECT ${ACCOUNT_COLUMNS} FROM accounts WHERE account_row > ? ORDER BY account_row LIMIT 5000`;

/** Goes through all of them: an index would cost every import much time and space. */
const ASSOCIATIONS_OF_PAGE = `
  SELECT account_row, association_id FROM associations WHERE account_row > ? AND account_row <= ?`;

const DELETE_ASSOCIATIONS = `
  DELETE FROM associations WHERE account_row = (SELECT account_row FROM accounts WHERE account_id = ?)`;

/** What an operator does with accounts as wholes. */
export function wholeAccounts(database: DatabaseSync): Pick<AccountEditor, 'delete' | 'page' | 'count'> {
  const prepare = (sql: string) => database.prepare(sql);
  return {
    delete: async (accountId) =>
      writing(database, () => {
        prepare(DELETE_ASSOCIATIONS).run(accountId);
        const { changes } = prepare('DELETE FROM accounts WHERE account_id = ?').run(accountId);
        return changes === 1 ? 'deleted' : 'unknown-account';
      }),
    page: async (after, { associated }) =>
      reading(database, () => {
        const rows = prepare(PAGE).all(after);
        const last = rows.at(-1)?.['account_row'];
        if (last === undefined) return { accounts: [], last: undefined };
        const held = associated ? prepare(ASSOCIATIONS_OF_PAGE).all(after, Number(last)) : [];
        const idsOf = Map.groupBy(held, ({ account_row: row }) => row);
        const accounts = rows.map((row) => ({
          ...readAccount(row),
          associationIds: (idsOf.get(row['account_row'] ?? null) ?? []).map(({ association_id: id }) =>
            String(id),
          ),
        }));
        return { accounts, last: Number(last) };
      }),
    count: async () =>
      reading(database, () =>
        Number(prepare('SELECT count(*) AS accounts FROM accounts').get()?.['accounts']),
      ),
  };
}
