import type { StatementSync } from 'node:sqlite';
import type { AccountEditor, AccountKey } from '../directory-kind.ts';
import { isAssociationId } from '../rows/account-fields.ts';
import { ACCOUNT_COLUMNS, readAccount } from '../rows/account-row.ts';
import { type DirectoryFile, openDirectoryFile } from './directory-file.ts';
import { reading, writing } from './editing.ts';
import { wholeAccounts } from './whole-accounts.ts';

const FIND_BY: Readonly<Record<AccountKey, string>> = {
  accountId: 'FROM accounts WHERE account_id = ?',
  phoneNumber:
    'FROM accounts WHERE phone_number = ? ORDER BY look_up_rank, preferred DESC, account_row LIMIT 100',
  associationId: 'FROM associations JOIN accounts USING (account_row) WHERE association_id = ?',
};

const FIND_OTHER_ACTIVE = `
  SELECT 1 AS found
  FROM accounts JOIN accounts AS other ON other.phone_number = accounts.phone_number
  WHERE accounts.account_id = ? AND other.look_up_rank = 0 AND other.account_row <> accounts.account_row
    AND accounts.preferred + (
      SELECT count(*) FROM accounts AS preferred
      WHERE preferred.phone_number = accounts.phone_number AND preferred.look_up_rank = 0
        AND preferred.preferred = 1 AND preferred.account_row <> accounts.account_row
    ) <> 1
  LIMIT 1`;

const SET_STATUS = `
  UPDATE accounts SET status = $status, revision = revision + (status <> $status) WHERE account_id = $accountId`;

const ASSOCIATE = `
  INSERT INTO associations (association_id, account_row)
  SELECT ?, account_row FROM accounts WHERE account_id = ?
  ON CONFLICT DO NOTHING`;

/**
 * Opens an existing directory. Throws as `openDirectoryFile` does. `waitMs`: how long the process waits for another writer;
 * default: as long as for an import.
 */
export function openAccountEditor(location: DirectoryFile, waitMs?: number): AccountEditor {
  const database = openDirectoryFile(location, { create: false, ...(waitMs !== undefined && { waitMs }) });
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  const associationIds = prepare('SELECT association_id FROM associations WHERE account_row = ? LIMIT 1000');
  const findOtherActive = prepare(FIND_OTHER_ACTIVE);
  const setStatus = prepare(SET_STATUS);
  const associate = prepare(ASSOCIATE);
  const dissociate = prepare('DELETE FROM associations WHERE association_id = ?');
  const accountOfAssociation = prepare(`SELECT account_id ${FIND_BY.associationId}`);

  return {
    find: async (key, value) =>
      reading(database, () =>
        prepare(`SELECT ${ACCOUNT_COLUMNS} ${FIND_BY[key]}`)
          .all(value)
          .map((row) => ({
            ...readAccount(row),
            associationIds: associationIds
              .all(Number(row['account_row']))
              .map(({ association_id: id }) => String(id)),
          })),
      ),
    setStatus: async (accountId, status) =>
      writing(database, () => {
        if (status === 'active' && findOtherActive.get(accountId) !== undefined) return 'number-taken';
        return setStatus.run({ status, accountId }).changes === 1 ? 'set' : 'unknown-account';
      }),
    associate: async (accountId, associationId) =>
      writing(database, () => {
        if (!isAssociationId(associationId)) return 'malformed';
        if (associate.run(associationId, accountId).changes === 1) return 'associated';
        const owner = accountOfAssociation.get(associationId);
        if (owner === undefined) return 'unknown-account';
        return owner['account_id'] === accountId ? 'associated' : 'taken';
      }),
    dissociate: async (associationId) =>
      writing(database, () => {
        // SQLite would take half a surrogate pair for U+FFFD, and so for another id.
        const isOne = associationId.isWellFormed() && dissociate.run(associationId).changes === 1;
        return isOne ? 'dissociated' : 'unknown-association';
      }),
    ...wholeAccounts(database),
    close: async () => database.close(),
  };
}
