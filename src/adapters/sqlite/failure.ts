import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { describeFileFault } from '../../ports/file-fault.ts';
import { UnavailableError } from '../../ports/unavailable.ts';
import { folderFault } from './judge-files.ts';

/** Driver codes that mean "the database failed", not "the code is wrong". */
const DRIVER_CODES: readonly unknown[] = ['ERR_SQLITE_ERROR', 'ERR_OUT_OF_RANGE', 'ERR_INVALID_STATE'];

/** SQLite's own result codes that are told apart here. */
export const sqliteCodes = {
  busy: 5,
  readOnly: 8,
  inputOutput: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  tooBig: 18,
  notADatabase: 26,
};

/** With less room than this, whatever can't be written can't be written for want of it. */
const FREE_BYTES_MIN = 1_048_576;

/**
 * What a caller is told of an error: a driver's error becomes an `UnavailableError` that has it as its `cause`;
 * anything else, such as what a `decide` threw, stays as it is.
 */
export function storageFailure(error: unknown): unknown {
  return isDriverError(error)
    ? new UnavailableError(`the database failed: ${error.message}`, { cause: error })
    : error;
}

/** SQLite's own result code, such as 5 (busy) or 26 (not a database). `undefined`: not an error of SQLite. */
export function sqliteCode(error: unknown): number | undefined {
  if (!isDriverError(error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff; // The upper bytes only refine it.
}

/** Whether SQLite found that the file holds what it never wrote. */
export function saysDamaged(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === sqliteCodes.corrupt || code === sqliteCodes.notADatabase;
}

/** Why a file can't be opened, with its name and what to do. What is no failure of file or database stays as it is. */
export function openingFailure(error: unknown, file: string): unknown {
  if (
    !(error instanceof Error) ||
    (error instanceof UnavailableError &&
      (error.message.includes(file) || error.message.startsWith('the folder ')))
  ) {
    return error;
  }
  if (error instanceof UnavailableError && error.cause === undefined) {
    return new UnavailableError(`${file} ${error.message}`);
  }
  const path = 'path' in error && typeof error.path === 'string' ? error.path : file;
  const fault = describeFileFault(error, path);
  if (fault !== undefined) return new UnavailableError(`${file} can't be opened: ${fault}`);
  // A reader needs the folder as well, unless a writer has made the log.
  const code = sqliteCode(error);
  const needsFolder = code === sqliteCodes.readOnly || code === sqliteCodes.cantOpen;
  const folder = needsFolder ? folderFault(file) : undefined;
  if (folder !== undefined) return new UnavailableError(folder);
  return new UnavailableError(`${file} ${reasonOf(error, file)}`, { cause: error });
}

function reasonOf(error: Error, file: string): string {
  const code = sqliteCode(error);
  if (code === sqliteCodes.notADatabase) return 'is not a SQLite database; name another file';
  if (code === sqliteCodes.corrupt) return 'is damaged; restore a backup';
  if (code === sqliteCodes.tooBig) return 'holds values that are larger than any of ours; restore a backup';
  const freeBytes = freeBytesBeside(file);
  if (freeBytes < FREE_BYTES_MIN && code !== sqliteCodes.busy) {
    return `can't be opened: the disk is full, ${freeBytes} bytes are free; make room (${error.message})`;
  }
  return `can't be opened: ${error.message}`;
}

/** Room for files of this user. `Infinity`: nobody knows. */
function freeBytesBeside(file: string): number {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function isDriverError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && DRIVER_CODES.includes(error.code);
}
