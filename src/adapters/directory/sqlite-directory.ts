import { DatabaseSync } from 'node:sqlite';
import type { AccountDirectory } from '../../ports/account-directory.ts';
import type { Deadline } from '../../ports/clock.ts';
import { UnavailableError } from '../../ports/unavailable.ts';
import { ACCOUNT_COLUMNS, readAccount } from './account-row.ts';
import { type DirectoryFile, openDirectoryFile } from './directory-file.ts';

/** A reader waits only for the moment in which a crashed writer's log is cleaned up; never for a writer at work. */
const READER_WAIT_MS = 100;

export const FIND_BY_ASSOCIATION_ID = `
  SELECT ${ACCOUNT_COLUMNS} FROM associations JOIN accounts USING (account_row) WHERE association_id = ?`;

export const FIND_BY_PHONE_NUMBER = `
  SELECT ${ACCOUNT_COLUMNS} FROM accounts WHERE phone_number = ? ORDER BY look_up_rank, account_row LIMIT 8`;

/**
 * The accounts that `gsp-otp accounts` keeps in a file of its own, for a server: read only, and each look-up sees what was
 * committed last. A missing file is made, empty. Throws `UnavailableError` as `openDirectoryFile` does.
 */
export function openSqliteDirectory(location: DirectoryFile): AccountDirectory {
  openDirectoryFile(location, { create: true }).close();
  const database = new DatabaseSync(location.file, { readOnly: true, timeout: READER_WAIT_MS });
  const byAssociationId = database.prepare(FIND_BY_ASSOCIATION_ID);
  const byPhoneNumber = database.prepare(FIND_BY_PHONE_NUMBER);
  const anyAccount = database.prepare('SELECT account_row FROM accounts LIMIT 1');

  return {
    async findByAssociationId(associationId, deadline) {
      // SQLite would take half a surrogate pair for U+FFFD, and so for another id.
      if (!associationId.isWellFormed()) return undefined;
      const row = ask(deadline, () => byAssociationId.get(associationId));
      return row && readAccount(row);
    },
    async findByPhoneNumber(phoneNumber, deadline) {
      const number = phoneNumber.reveal();
      if (!number.isWellFormed()) return [];
      return ask(deadline, () => byPhoneNumber.all(number)).map(readAccount);
    },
    async check(deadline) {
      ask(deadline, () => anyAccount.get());
    },
    async close() {
      if (database.isOpen) database.close();
    },
  };
}

function ask<T>(deadline: Deadline, read: () => T): T {
  if (deadline.remainingMs() <= 0) {
    throw new UnavailableError('the account directory was asked after the deadline');
  }
  try {
    return read();
  } catch (error) {
    throw new UnavailableError("the account directory can't be read", { cause: error });
  }
}
