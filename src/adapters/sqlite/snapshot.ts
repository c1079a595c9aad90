import { backup, DatabaseSync } from 'node:sqlite';
import { syncToDisk } from './backup-folder.ts';
import { checkThroughout } from './check.ts';
import type { DatabaseKind, Environment } from './database-kind.ts';
import { openingFailure } from './failure.ts';
import { createPrivately, GUARDED, openDatabase } from './open-database.ts';

/** Pages copied between two reports: 8 MiB. */
const PAGES_A_STEP = 2048;
/** A crashed writer's log may have to be cleaned up. */
const WAIT_MS = 1000;

/** A database as it was at one moment, whatever is written to it meanwhile. */
export interface Snapshot {
  /**
   * Copies it into a new file, for its owner alone, marked as a copy that waits to be restored and checked to its last
   * index entry; it is on the disk then. Rejects with an `UnavailableError` if the copy isn't sound, and with the reason of
   * the signal once it is aborted, at the next step of the copy or at once while it is checked.
   */
  copyTo(target: string, onProgress: (share: number) => void, signal?: AbortSignal): Promise<void>;
  close(): void;
}

/**
 * Holds on to the present state of a database. Its writers go on; only their log grows for as long as this is open,
 * and no write makes the copying begin again. Throws `UnavailableError` as `openDatabase` does.
 */
export function takeSnapshot(kind: DatabaseKind, file: string, environment: Environment): Snapshot {
  const { database } = openDatabase(kind, { file, environment, access: 'copy', waitMs: WAIT_MS });
  // A transaction reads from the state that it read first.
  database.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
  return {
    async copyTo(target, onProgress, signal) {
      createPrivately(target);
      try {
        await backup(database, target, {
          rate: PAGES_A_STEP,
          progress: ({ totalPages, remainingPages }) => {
            signal?.throwIfAborted();
            onProgress(1 - remainingPages / Math.max(1, totalPages));
          },
        });
        signal?.throwIfAborted();
        onProgress(1);
        // The check takes longest, and the log grows for as long as this transaction is open.
        database.exec('COMMIT');
        mark(target, kind.backupId);
        await checkThroughout(target, signal);
      } catch (error) {
        signal?.throwIfAborted();
        throw openingFailure(error, target);
      }
      syncToDisk(target);
    },
    close: () => database.close(),
  };
}

/** One file without a log, that no server takes for its database. */
function mark(file: string, applicationId: number): void {
  const copy = new DatabaseSync(file, GUARDED);
  try {
    copy.exec(`PRAGMA journal_mode = DELETE; PRAGMA application_id = ${applicationId}`);
  } finally {
    copy.close();
  }
}
