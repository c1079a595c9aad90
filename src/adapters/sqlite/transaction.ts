import type { DatabaseSync } from 'node:sqlite';
import { countWrite } from './user-version.ts';

/**
 * Runs `step` in one transaction that nobody else's writing comes between. What it did is undone if it throws, and also
 * without `keep`. Throws what `step` or SQLite throws.
 */
export function inOneTransaction<T>(database: DatabaseSync, step: () => T, { keep = true } = {}): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = step();
    if (keep) countWrite(database);
    database.exec(keep ? 'COMMIT' : 'ROLLBACK');
    return result;
  } catch (error) {
    // A full disk or an I/O error has ended it already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
