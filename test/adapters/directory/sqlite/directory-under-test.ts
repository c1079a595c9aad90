import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { importAccounts } from '../../../../src/adapters/directory/import/accounts-import.ts';
import type { ImportOrder, ImportResult } from '../../../../src/adapters/directory/import/import-order.ts';
import {
  type DirectoryFile,
  openDirectoryFile,
} from '../../../../src/adapters/directory/sqlite/directory-file.ts';
import { inOneTransaction } from '../../../../src/adapters/sqlite/transaction.ts';
import type { AccountStatus } from '../../../../src/ports/account-directory.ts';
import type { KnownAccount } from '../../../contracts/account-directory.ts';

/** Where a directory of the test's own can be, in a folder that is not there yet. Gone after the test. */
export function newLocation(t: TestContext): DirectoryFile {
  const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-directory-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return { file: join(folder, 'data', 'accounts.sqlite'), environment: 'sandbox' };
}

/** Adds accounts as they are, without any check but those of the schema. */
export function fill(location: DirectoryFile, accounts: readonly KnownAccount[]): void {
  const database = openDirectoryFile(location, { create: true });
  const addAccount = database.prepare(
    'INSERT INTO accounts (account_id, status, phone_number, language, preferred) VALUES (?, ?, ?, ?, ?)',
  );
  const addAssociation = database.prepare('INSERT INTO associations VALUES (?, ?)');
  const add = (account: KnownAccount) => {
    const { accountId, status = 'active', phoneNumber, language, preferred, associationIds = [] } = account;
    const values = [accountId, status, phoneNumber ?? null, language ?? null, Number(preferred ?? false)];
    const row = addAccount.run(...values).lastInsertRowid;
    for (const associationId of associationIds) addAssociation.run(associationId, row);
  };
  inOneTransaction(database, () => accounts.forEach(add));
  database.close();
}

/** Everything that the directory holds, by account id. */
export function contentOf(location: DirectoryFile): readonly KnownAccount[] {
  const database = openDirectoryFile(location, { create: true });
  const rows = database.prepare('SELECT * FROM accounts ORDER BY account_id').all();
  const associations = database.prepare(
    'SELECT association_id FROM associations WHERE account_row = ? ORDER BY association_id',
  );
  const content = rows.map((row) => ({
    accountId: String(row['account_id']),
    status: String(row['status']) as AccountStatus,
    ...(row['phone_number'] !== null && { phoneNumber: String(row['phone_number']) }),
    ...(row['language'] !== null && { language: String(row['language']) }),
    ...(row['preferred'] === 1 && { preferred: true }),
    associationIds: associations.all(Number(row['account_row'])).map(({ association_id: id }) => String(id)),
  }));
  database.close();
  return content;
}

export interface TriedImport extends ImportResult {
  /** `line field reason`, in the order in which they were told. */
  readonly told: readonly string[];
}

/** Imports a text as if it were a file. */
export async function importText(
  location: DirectoryFile,
  text: string | Buffer,
  order: Partial<ImportOrder> = {},
): Promise<TriedImport> {
  const { format = text.toString().startsWith('{') ? 'ndjson' : 'csv' } = order;
  const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-import-'));
  const source = join(folder, `accounts.${format}`);
  writeFileSync(source, text);
  const told: string[] = [];
  try {
    const result = await importAccounts({
      directory: location,
      source,
      format,
      dryRun: false,
      signal: new AbortController().signal,
      onProblem: ({ line, field, reason }) => told.push(`${line} ${field ?? '-'} ${reason}`),
      onProgress: () => {},
      ...order,
    });
    return { ...result, told };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Files beside the directory that are not its own. */
export function leftovers(location: DirectoryFile): readonly string[] {
  const own = ['', '-wal', '-shm'].map((suffix) => `${basename(location.file)}${suffix}`);
  return readdirSync(dirname(location.file)).filter((name) => !own.includes(name));
}
