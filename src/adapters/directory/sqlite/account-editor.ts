import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Account, AccountStatus } from '../../../ports/account-directory.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { isAssociationId } from './account-fields.ts';
import { ACCOUNT_COLUMNS, readAccount } from './account-row.ts';
import { type DirectoryFile, openDirectoryFile } from './directory-file.ts';

/** What one account is looked for by. */
export type AccountKey = 'accountId' | 'phoneNumber' | 'associationId';

export interface AssociatedAccount extends Account {
  readonly associationIds: readonly string[];
}

/** Looks at and changes single accounts, for an operator. A running server sees each change at once. */
export interface AccountEditor {
  /**
   * The accounts with that value, live ones first, 100 at most, with 1000 association ids at most each. These take a
   * while in a large directory.
   */
  find(key: AccountKey, value: string): readonly AssociatedAccount[];

  /** `number-taken`: it can't become active, since another active account has its phone number, and not one of them is preferred. [OQ-29, OQ-86] */
  setStatus(accountId: string, status: AccountStatus): 'set' | 'unknown-account' | 'number-taken';

  /**
   * `taken`: the association id belongs to another account, for good. `malformed`: it can't be one. Safe to call
   * twice. [FLOW-2, FLOW-4]
   */
  associate(
    accountId: string,
    associationId: string,
  ): 'associated' | 'unknown-account' | 'taken' | 'malformed';

  /** How many there are, whatever their status. Takes a while in a large directory. */
  count(): number;

  close(): void;
}

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
 * Opens an existing directory. Each method is one step, done or not, and throws `UnavailableError` if the directory
 * can't be read or written; so does this, as `openDirectoryFile` does.
 */
export function openAccountEditor(location: DirectoryFile): AccountEditor {
  const database = openDirectoryFile(location, { create: false });
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  const associationIds = prepare('SELECT association_id FROM associations WHERE account_row = ? LIMIT 1000');
  const findOtherActive = prepare(FIND_OTHER_ACTIVE);
  const setStatus = prepare(SET_STATUS);
  const associate = prepare(ASSOCIATE);
  const accountOfAssociation = prepare(`SELECT account_id ${FIND_BY.associationId}`);

  return {
    find: (key, value) =>
      inOneStep(database, 'BEGIN', () =>
        prepare(`SELECT ${ACCOUNT_COLUMNS} ${FIND_BY[key]}`)
          .all(value)
          .map((row) => ({
            ...readAccount(row),
            associationIds: associationIds
              .all(Number(row['account_row']))
              .map(({ association_id: id }) => String(id)),
          })),
      ),
    setStatus: (accountId, status) =>
      inOneStep(database, 'BEGIN IMMEDIATE', () => {
        if (status === 'active' && findOtherActive.get(accountId) !== undefined) return 'number-taken';
        return setStatus.run({ status, accountId }).changes === 1 ? 'set' : 'unknown-account';
      }),
    associate: (accountId, associationId) =>
      inOneStep(database, 'BEGIN IMMEDIATE', () => {
        if (!isAssociationId(associationId)) return 'malformed';
        if (associate.run(associationId, accountId).changes === 1) return 'associated';
        const owner = accountOfAssociation.get(associationId);
        if (owner === undefined) return 'unknown-account';
        return owner['account_id'] === accountId ? 'associated' : 'taken';
      }),
    count: () =>
      inOneStep(database, 'BEGIN', () =>
        Number(prepare('SELECT count(*) AS accounts FROM accounts').get()?.['accounts']),
      ),
    close: () => database.close(),
  };
}

function inOneStep<T>(database: DatabaseSync, begin: 'BEGIN' | 'BEGIN IMMEDIATE', step: () => T): T {
  try {
    database.exec(begin);
    const result = step();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    if (error instanceof UnavailableError) throw error;
    throw new UnavailableError("the account directory can't be read or written", { cause: error });
  }
}
