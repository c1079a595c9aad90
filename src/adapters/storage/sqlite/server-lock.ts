import { lstatSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { makePrivateFolder } from '../../../ports/private-folder.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { openingFailure, saysDamaged, sqliteCode, sqliteCodes } from '../../sqlite/failure.ts';
import { judgeFiles } from '../../sqlite/judge-files.ts';
import { refuseBackup } from '../../sqlite/judge-schema.ts';
import { createPrivately, type OpenSqlite } from '../../sqlite/open-database.ts';
import { inUse, requireNobody } from '../../sqlite/require-nobody.ts';
import { otpStoreKind } from './migrations.ts';

/**
 * Keeps a second server off the file: two writers starve each other, and each would take the other's steps for its
 * own. The lock is one that the kernel lets go of with the process, however that ends. Readers don't ask for it.
 *
 * A lock beside the database can be deleted from under the server that holds it, and then proves nothing. So it bears
 * the number of its own file; where that is missing, whoever takes it asks the database itself, which nobody can have
 * to himself while a server has it open. Throws `UnavailableError` if there is one, and as `judgeFiles` does.
 */
export function lockForServer(file: string, open: OpenSqlite, { restoring = false } = {}): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    makePrivateFolder(dirname(file));
    judgeFiles(file, 'write');
    const lockFile = lockFileOf(file);
    lock = openLock(lockFile, open);
    // Before anything else opens it: SQLite would apply the log that lies beside it.
    if (!restoring) refuseBackup(file, otpStoreKind);
    const mark = Number(statSync(lockFile, { bigint: true }).ino & 0x7fff_ffffn);
    if (readMark(lock) === mark) return lock;
    requireNobody(file, open);
    lock.exec(`PRAGMA user_version = ${mark}; COMMIT; BEGIN EXCLUSIVE`);
    return lock;
  } catch (error) {
    lock?.close();
    if (sqliteCode(error) !== sqliteCodes.busy) throw openingFailure(error, file);
    throw inUse(file, error);
  }
}

function openLock(lockFile: string, open: OpenSqlite): DatabaseSync {
  judgeFiles(lockFile, 'write');
  createPrivately(lockFile);
  if (!lstatSync(lockFile).isFile())
    throw new UnavailableError(`${lockFile} is a link, not a regular file: move it away`);
  const lock = open(lockFile, {});
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (!saysDamaged(error)) throw error;
    // Nothing in it is worth keeping, and without its mark the database itself is asked.
    rmSync(lockFile);
    return openLock(lockFile, open);
  }
}

function readMark(lock: DatabaseSync): unknown {
  return lock.prepare('SELECT user_version AS mark FROM pragma_user_version').get()?.['mark'];
}

/** The file that the lock is on; empty but for its mark. */
export function lockFileOf(file: string): string {
  return `${file}-lock`;
}
