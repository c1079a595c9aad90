import { join } from 'node:path';
import {
  type ImportOrder,
  type ImportResult,
  importAccounts,
} from '../adapters/directory/import/accounts-import.ts';
import { type AccountEditor, openAccountEditor } from '../adapters/directory/sqlite/account-editor.ts';
import type { DirectoryFile } from '../adapters/directory/sqlite/directory-file.ts';
import { doubtAbout } from '../domain/number-doubts.ts';
import type { Settings } from '../settings/settings.ts';

/** The settings that the embedded account directory depends on. */
export type AccountSettings = Pick<Settings, 'profile' | 'dataDirectory'>;

/**
 * Where the embedded account directory is: in a file of its own beside the OTP store, so that a long import never
 * holds the store's lock.
 */
export function directoryFileOf({ profile, dataDirectory }: AccountSettings): DirectoryFile {
  return { file: join(dataDirectory, 'accounts.sqlite'), environment: profile };
}

/** The directory for an operator to look at and change. Throws `UnavailableError` if there is none. */
export function editAccounts(settings: AccountSettings): AccountEditor {
  return openAccountEditor(directoryFileOf(settings));
}

/** How many accounts the directory holds, whatever their status. Throws `UnavailableError` if there is none. */
export function countAccounts(settings: AccountSettings): number {
  const editor = editAccounts(settings);
  try {
    return editor.count();
  } finally {
    editor.close();
  }
}

/** Imports a file into the directory, which is made if it is missing. As `importAccounts` does. */
export function importIntoAccounts(
  settings: AccountSettings,
  order: Omit<ImportOrder, 'directory'>,
): Promise<ImportResult> {
  return importAccounts({ doubtAbout, ...order, directory: directoryFileOf(settings) });
}
