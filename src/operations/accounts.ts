import {
  type ImportOrder,
  type ImportResult,
  importAccounts,
} from '../adapters/directory/import/accounts-import.ts';
import { type AccountEditor, openAccountEditor } from '../adapters/directory/sqlite/account-editor.ts';
import { doubtAbout } from '../domain/number-doubts.ts';
import { type DataSettings, directoryFileOf } from '../wiring/data-files.ts';

/** The directory for an operator to look at and change. Throws `UnavailableError` if there is none. */
export function editAccounts(settings: DataSettings): AccountEditor {
  return openAccountEditor(directoryFileOf(settings));
}

/** How many accounts the directory holds, whatever their status. Throws `UnavailableError` if there is none. */
export function countAccounts(settings: DataSettings): number {
  const editor = editAccounts(settings);
  try {
    return editor.count();
  } finally {
    editor.close();
  }
}

/** Imports a file into the directory, which is made if it is missing. As `importAccounts` does. */
export function importIntoAccounts(
  settings: DataSettings,
  order: Omit<ImportOrder, 'directory'>,
): Promise<ImportResult> {
  return importAccounts({ doubtAbout, ...order, directory: directoryFileOf(settings) });
}
