import type { DatabaseSync } from 'node:sqlite';
import { eventLine } from './otp-rows.ts';

/** The most that `codes.attemptsMax` can be. */
const ATTEMPTS_MAX = 10;

export interface PastCodes {
  /** When the backup was made. */
  readonly madeAtMs: number;
  /** When it is restored. */
  readonly nowMs: number;
}

/**
 * Ends every code that a backup has as unused: after it was made, the code may have been used, guessed at or replaced.
 * A repeated request is never sent again. Whoever had a code then has used up its tries, and they count for the
 * account as guesses of that time. Yields how many codes were ended. [OQ-73]
 */
export function endCodesOfThen(database: DatabaseSync, { madeAtMs, nowMs }: PastCodes): number {
  const event = eventLine({ atMs: nowMs, event: 'restored', detail: '' });
  const unused = `challenge_state IN ('issued', 'submitting', 'sent', 'ambiguous')`;
  database
    .prepare(
      `UPDATE request SET failed_attempts = max(failed_attempts, ${ATTEMPTS_MAX}),
         attempted_at_ms = max(attempted_at_ms, min(expires_at_ms, ?))
       WHERE ${unused} AND expires_at_ms > ?`,
    )
    .run(nowMs, madeAtMs);
  const ended = database
    .prepare(`UPDATE request SET challenge_state = 'superseded', events = events || ? WHERE ${unused}`)
    .run(event);
  return Number(ended.changes);
}
