import {
  type BackupProgress,
  backUpFiles,
  checkFile,
  type DatabaseFiles,
  type RestoreResult,
  readBackupOf,
  restoreFiles,
} from '../adapters/sqlite/backup.ts';
import type { BackupManifest } from '../adapters/sqlite/backup-folder.ts';
import type { DatabaseFile } from '../adapters/sqlite/database-file.ts';
import { judgeRestored, type RestoredMoments } from '../domain/challenge/judge-end.ts';
import type { HeldCode } from '../ports/otp-store.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import { type DataSettings, directoryOf, type StoreSettings, storeOf } from '../wiring/data-kinds.ts';

export type { BackupProgress };

/** As `backUpFiles`, of the databases that are files of ours. Throws `UnavailableError` too if none is. */
export async function backUp(
  settings: DataSettings,
  folder: string,
  onProgress: (progress: BackupProgress) => void,
  signal?: AbortSignal,
): Promise<BackupManifest> {
  return backUpFiles(await requireFiles(settings), folder, onProgress, signal);
}

/** What a backup holds. Throws `UnavailableError` if it isn't whole, or of the other environment. [ENV-1] */
export async function inspectBackup(settings: DataSettings, folder: string): Promise<BackupManifest> {
  return readBackupOf(await requireFiles(settings), folder);
}

/** As `restoreFiles`, of the databases that are files of ours. Throws `UnavailableError` too if none is. [OQ-73] */
export async function restore(
  settings: DataSettings,
  folder: string,
  signal?: AbortSignal,
): Promise<RestoreResult> {
  const endsOfThen = (moments: RestoredMoments) => (code: HeldCode) => judgeRestored(code, moments);
  return restoreFiles(await requireFiles(settings), folder, endsOfThen, signal);
}

/**
 * Ends the codes of a store that was brought back to a moment by other means than `restore`, such as those of its database
 * server, as a restored one's end. With `dryRun` it only tells how many. Throws `UnavailableError`, with nothing changed, if
 * there is no store or a server has it. [OQ-73]
 */
export async function endCodesRecovered(
  settings: StoreSettings,
  recoveredToMs: number,
  { dryRun }: { readonly dryRun: boolean },
): Promise<number> {
  const { row, terms } = storeOf(settings);
  const { store, keys } = await row.open(terms, 'serve');
  try {
    const checks = await keys.checks();
    if (checks === undefined)
      throw new UnavailableError(`${row.where(terms)}: no server has served from it yet`);
    const moments = { madeAtMs: recoveredToMs, nowMs: Date.now() };
    return await keys.rotate(checks, (code) => judgeRestored(code, moments), { dryRun });
  } finally {
    await store.close();
  }
}

/** Looks through the databases that are files of ours, as `checkFile` does. */
export async function checkDatabases(settings: DataSettings): Promise<void> {
  for (const file of await filesOf(settings)) checkFile(file);
}

/** The store first. */
async function filesOf(settings: DataSettings): Promise<readonly DatabaseFile[]> {
  const store = storeOf(settings);
  const directory = directoryOf(settings);
  const files = [await store.row.file?.(store.terms), await directory.row.file?.(directory.terms)];
  return files.filter((file) => file !== undefined);
}

async function requireFiles(settings: DataSettings): Promise<DatabaseFiles> {
  const [first, ...others] = await filesOf(settings);
  if (first !== undefined) return [first, ...others];
  const { row, terms } = storeOf(settings);
  throw new UnavailableError(
    `${row.where(terms)} is no file of ours: back it up and restore it by means of its own`,
  );
}
