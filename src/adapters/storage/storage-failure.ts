import { UnavailableError } from '../../ports/unavailable.ts';

/** Driver codes that mean "the database failed", not "the code is wrong". */
const DRIVER_CODES: readonly unknown[] = ['ERR_SQLITE_ERROR', 'ERR_OUT_OF_RANGE', 'ERR_INVALID_STATE'];

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

function isDriverError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && DRIVER_CODES.includes(error.code);
}
