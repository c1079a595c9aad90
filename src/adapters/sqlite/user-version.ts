import { randomInt } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/** `user_version` holds the version of the schema in its low 8 bits; those above count the transactions that wrote. */
const ONE_WRITE = 256;
/** SQLite keeps 32 bits, one of them a sign. */
const BEYOND = 2 ** 31;

/** What stands in the file's header; 0: nobody has written any. */
export function readUserVersion(database: DatabaseSync): number {
  return Number(database.prepare('SELECT user_version AS n FROM pragma_user_version').get()?.['n']);
}

export function schemaVersionIn(userVersion: number): number {
  return userVersion & (ONE_WRITE - 1);
}

/**
 * Called in each transaction that writes. An older copy of a file has another count then, at a place that can be read
 * without SQLite: its own count of changes, beside it, may stand still while it keeps a log.
 */
export function countWrite(database: DatabaseSync): void {
  database.exec(`PRAGMA user_version = ${(readUserVersion(database) + ONE_WRITE) % BEYOND}`);
}

/** Within a transaction. The count of a new file begins anywhere: two files that were filled alike differ then. */
export function writeSchemaVersion(database: DatabaseSync, version: number): void {
  const found = readUserVersion(database);
  const count = found === 0 ? ONE_WRITE * randomInt(BEYOND / ONE_WRITE) : found - schemaVersionIn(found);
  database.exec(`PRAGMA user_version = ${count + version}`);
}
