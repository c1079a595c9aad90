import type { DatabaseSync } from 'node:sqlite';
import { UNUSED_STATES } from '../../../ports/challenge-moves.ts';
import type { DecideEnd } from '../../../ports/otp-store.ts';
import { eventLines, type Row, readAccountDigest, readHeldCode, readId } from '../rows/otp-rows.ts';
import { HELD_CODE, type OtpStatements, prepareOtpStatements } from './otp-statements.ts';

/** Asks about the codes of these rows, and ends those that `decide` says. Yields how many. */
export function endCodesOf(sql: OtpStatements, rows: readonly Row[], decide: DecideEnd): number {
  let ended = 0;
  for (const row of rows) {
    const end = decide(readHeldCode(row));
    if (end === undefined) continue;
    ended += 1;
    sql.attempt.run(end.state, end.failedAttempts, null, null, eventLines(end.event), readId(row));
    for (const { kind, atMs, times } of end.missteps)
      sql.countMisstep.run(readAccountDigest(row), kind, atMs, times);
  }
  return ended;
}

/** Rows that are held in memory at once. */
const ROWS_MAX = 1000;

/** Asks about every code that is neither used nor void. Within a transaction of the caller. */
export function endUnusedCodes(database: DatabaseSync, decide: DecideEnd): number {
  const sql = prepareOtpStatements(database);
  const find = database.prepare(
    `SELECT ${HELD_CODE} FROM request WHERE id > ? AND challenge_state IN (${UNUSED_STATES.map(() => '?').join(', ')})
     ORDER BY id LIMIT ${ROWS_MAX}`,
  );
  let ended = 0;
  let lastId = 0;
  for (;;) {
    const rows = find.all(lastId, ...UNUSED_STATES);
    const last = rows.at(-1);
    if (last === undefined) return ended;
    ended += endCodesOf(sql, rows, decide);
    lastId = readId(last);
  }
}
