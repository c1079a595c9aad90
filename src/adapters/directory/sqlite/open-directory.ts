import { isThere } from '../../../ports/file-fault.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import type { DataAccess, DataTerms, SchemaChange } from '../../data-kind.ts';
import type { DatabaseFile } from '../../sqlite/database-file.ts';
import { judgeFiles } from '../../sqlite/judge-files.ts';
import { schemaVersionOf } from '../../sqlite/open-database.ts';
import type { AccountEditor, OpenedDirectory } from '../directory-kind.ts';
import type { ImportTarget } from '../import/import-target.ts';
import type { LeavingAccounts } from '../moving.ts';
import { openAccountEditor } from './account-editor.ts';
import type { DirectoryFile } from './directory-file.ts';
import { openImportTarget } from './import-target.ts';
import { leaveAccounts } from './leave-accounts.ts';
import { directoryKind } from './migrations.ts';
import { requireNotMoved } from './moved-mark.ts';
import { type SqliteDirectorySettings, where } from './settings.ts';
import { openSqliteDirectory } from './sqlite-directory.ts';

type Terms = DataTerms<SqliteDirectorySettings>;

export async function openDirectory(terms: Terms, access: DataAccess): Promise<OpenedDirectory> {
  const location = locationOf(terms);
  if (access !== 'read') requireDirectory(location.file, access);
  const directory = openSqliteDirectory(location, { readOnly: access === 'read' });
  return { directory, fault: directory.fault };
}

export async function inspectDirectory(terms: Terms, access: 'serve' | 'make'): Promise<SchemaChange> {
  const { file } = locationOf(terms);
  requireDirectory(file, access);
  return { fromVersion: schemaVersionOf(directoryKind, file), toVersion: directoryKind.migrations.length };
}

export async function editDirectory(terms: Terms): Promise<AccountEditor> {
  return openAccountEditor(locationOf(terms));
}

export async function importTargetOf(terms: Terms): Promise<ImportTarget> {
  return openImportTarget(locationOf(terms));
}

export async function leaveDirectory(terms: Terms): Promise<LeavingAccounts> {
  return leaveAccounts(locationOf(terms));
}

export async function fileOfDirectory(terms: Terms): Promise<DatabaseFile> {
  return { kind: directoryKind, ...locationOf(terms) };
}

/**
 * Throws `UnavailableError` if the accounts that a server had are gone, or elsewhere: every number would be unknown; and as
 * `judgeFiles` does. [SO-11]
 */
function requireDirectory(file: string, access: 'serve' | 'make'): void {
  requireNotMoved(file);
  if (judgeFiles(file, 'write') > 0 || access === 'make') return;
  throw new UnavailableError(
    `${file} is ${isThere(file) ? 'empty' : 'missing'}, but it was there before: every number would be unknown. ` +
      'Restore a backup with gsp-otp restore, or import the accounts with gsp-otp accounts import',
  );
}

function locationOf(terms: Terms): DirectoryFile {
  return { file: where(terms), environment: terms.environment };
}
