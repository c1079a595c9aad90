import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  type DirectoryFile,
  directoryFileIn,
  openDirectoryFile,
} from '../../../src/adapters/directory/directory-file.ts';
import type { KnownAccount } from '../../contracts/account-directory.ts';

/** Where a directory of the test's own can be, in a folder that is not there yet. Gone after the test. */
export function newLocation(t: TestContext): DirectoryFile {
  const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-directory-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return directoryFileIn(join(folder, 'data'), 'sandbox');
}

/** Adds accounts as they are, without any check but those of the schema. */
export function fill(location: DirectoryFile, accounts: readonly KnownAccount[]): void {
  const database = openDirectoryFile(location, { create: true });
  const addAccount = database.prepare(
    'INSERT INTO accounts (account_id, status, phone_number, language) VALUES (?, ?, ?, ?)',
  );
  const addAssociation = database.prepare('INSERT INTO associations VALUES (?, ?)');
  database.exec('BEGIN');
  for (const { accountId, status = 'active', phoneNumber, language, associationIds = [] } of accounts) {
    const row = addAccount.run(accountId, status, phoneNumber ?? null, language ?? null).lastInsertRowid;
    for (const associationId of associationIds) addAssociation.run(associationId, row);
  }
  database.exec('COMMIT');
  database.close();
}
