import type { DatabaseSync } from 'node:sqlite';
import { UNUSED_STATES } from '../../../ports/challenge-moves.ts';
import { eventLine } from './otp-rows.ts';

/** The most that `codes.attemptsMax` can be. */
const ATTEMPTS_MAX = 10;

export interface PastCodes {
  /** When the backup was made, on the wall clock. */
  readonly madeAtMs: number;
  /** When it is restored, likewise. */
  readonly nowMs: number;
}

/**
 * Ends every code that a backup has as unused: after it was made, the code may have been used, guessed at or replaced.
 * A repeated request is never sent again. Whoever had a code then has used up its tries, and they count for the
 * account as guesses of that time. Yields how many codes were ended. [OQ-73]
 */
export function endCodesOfThen(database: DatabaseSync, { madeAtMs, nowMs }: PastCodes): number {
  const thoseOfThen = `WHERE ${UNUSED} AND expires_at_wall_ms > ?`;
  database
    .prepare(
      `INSERT INTO misstep (subject, kind, at_ms, times)
       SELECT account_digest, 'wrong', min(expires_at_ms, ?), ${ATTEMPTS_MAX} * count(*) FROM request ${thoseOfThen}
       GROUP BY 1, 3 ON CONFLICT (subject, kind, at_ms) DO UPDATE SET times = times + excluded.times`,
    )
    .run(nowMs, madeAtMs);
  database
    .prepare(`UPDATE request SET failed_attempts = max(failed_attempts, ${ATTEMPTS_MAX}) ${thoseOfThen}`)
    .run(madeAtMs);
  return endCodes(database, { event: 'restored', nowMs });
}

/** Ends every code that was not used, for the reason that `event` tells. Yields how many. */
export function endCodes(
  database: DatabaseSync,
  { event, nowMs }: { readonly event: string; readonly nowMs: number },
): number {
  const line = eventLine({ atMs: nowMs, event, detail: '' });
  const ended = database
    .prepare(`UPDATE request SET challenge_state = 'superseded', events = events || ? WHERE ${UNUSED}`)
    .run(line);
  return Number(ended.changes);
}

const UNUSED = `challenge_state IN (${UNUSED_STATES.map((state) => `'${state}'`).join(', ')})`;
