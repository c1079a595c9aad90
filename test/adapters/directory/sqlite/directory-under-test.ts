import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  type DirectoryFile,
  openDirectoryFile,
} from '../../../../src/adapters/directory/sqlite/directory-file.ts';
import { openImportTarget } from '../../../../src/adapters/directory/sqlite/import-target.ts';
import { inOneTransaction } from '../../../../src/adapters/sqlite/transaction.ts';
import type { AccountStatus } from '../../../../src/ports/account-directory.ts';
import type { KnownAccount } from '../../../contracts/directory/directory-factory.ts';
import type { KeptPlace } from '../directory-place.ts';

/** Where a directory of the test's own can be, in a folder that is not there yet. Gone after the test. */
export function newLocation(t: TestContext): DirectoryFile {
  const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-directory-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return { file: join(folder, 'data', 'accounts.sqlite'), environment: 'sandbox' };
}

export function newSqlitePlace(t: TestContext): KeptPlace {
  const location = newLocation(t);
  const { file, environment } = location;
  return {
    terms: {
      settings: { kind: 'sqlite' },
      environment,
      dataDirectory: dirname(file),
      connection: undefined,
    },
    fill: async (accounts) => fill(location, accounts),
    content: async () => contentOf(location),
    openTarget: async () => openImportTarget(location),
    leftovers: () => leftovers(location),
    async whileFull(run) {
      const database = openDirectoryFile(location, { create: false });
      const fails = "BEGIN SELECT RAISE(ABORT, 'disk full'); END";
      database.exec(`
        CREATE TRIGGER full_of_accounts BEFORE UPDATE ON accounts ${fails};
        CREATE TRIGGER full_of_associations BEFORE INSERT ON associations ${fails}`);
      await run();
      database.exec('DROP TRIGGER full_of_accounts; DROP TRIGGER full_of_associations');
      database.close();
    },
  };
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
function contentOf(location: DirectoryFile): readonly KnownAccount[] {
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

/** Files beside the directory that are not its own. */
function leftovers(location: DirectoryFile): readonly string[] {
  const own = ['', '-wal', '-shm'].map((suffix) => `${basename(location.file)}${suffix}`);
  return readdirSync(dirname(location.file)).filter((name) => !own.includes(name));
}
