import { UnavailableError } from '../../ports/unavailable.ts';
import { saysDamaged, sqliteCode, sqliteCodes } from './failure.ts';
import { judgeFiles } from './judge-files.ts';
import type { OpenSqlite } from './open-database.ts';

/** An operator's command holds the database for moments; nobody else has a reason to. */
const PROBE_WAIT_MS = 2000;

/** Throws `UnavailableError` if any process has the database open, and as `judgeFiles` does. */
export function requireNobody(file: string, open: OpenSqlite): void {
  if (judgeFiles(file, 'write') === 0) return;
  const probe = open(file, { timeout: PROBE_WAIT_MS });
  try {
    // Of a database with a log, the first lock that is exclusive is one against every other connection.
    probe.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; ROLLBACK');
  } catch (error) {
    if (sqliteCode(error) === sqliteCodes.busy) throw inUse(file, error);
    // What is damaged is nobody's; whoever opens it next says so.
    if (!saysDamaged(error)) throw error;
  } finally {
    probe.close();
  }
}

/** What to say of a file that another process has. */
export function inUse(file: string, cause: unknown): UnavailableError {
  return new UnavailableError(
    `another process serves from ${file}, or has it open: stop it first, or give this one a file of its own`,
    { cause },
  );
}
