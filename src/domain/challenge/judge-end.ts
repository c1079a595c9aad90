import { CODE_BOUNDS } from '../../ports/code-bounds.ts';
import type { CodeEnd, HeldCode } from '../../ports/otp-store.ts';
import { isLive } from './challenge.ts';
import { moved } from './moved.ts';

/** Ends a code that may be typed, for its account or number is not to be served by it any more. Pure. [OQ-70] */
export function judgeEnd(code: HeldCode, nowMs: number): CodeEnd | undefined {
  if (!isLive(code.state) || nowMs >= code.expiresAtMs) return undefined;
  return endOf(code, 'ended', nowMs);
}

/** Ends a code that was not used, for the secrets behind it are replaced. Pure. [OQ-72] */
export function judgeRotated(code: HeldCode, nowMs: number): CodeEnd {
  return endOf(code, 'secretRotated', nowMs);
}

export interface RestoredMoments {
  /** When the backup was made, on the wall clock. */
  readonly madeAtMs: number;
  /** When it is restored, likewise. */
  readonly nowMs: number;
}

/**
 * Ends a code that a backup has as unused: after it was made, the code may have been used, guessed at or replaced. Whoever
 * had a code then has used up its tries, and they count for the account as guesses of that time. Pure. [OQ-73]
 */
export function judgeRestored(code: HeldCode, { madeAtMs, nowMs }: RestoredMoments): CodeEnd {
  const end = endOf(code, 'restored', nowMs);
  if (madeAtMs >= code.expiresAtWallMs) return end;
  const { attemptsMax } = CODE_BOUNDS;
  return {
    ...end,
    failedAttempts: Math.max(code.failedAttempts, attemptsMax),
    missteps: [{ kind: 'wrong', atMs: Math.min(code.expiresAtMs, nowMs), times: attemptsMax }],
  };
}

function endOf({ state, failedAttempts }: HeldCode, event: string, nowMs: number): CodeEnd {
  return {
    state: moved(state, 'superseded'),
    failedAttempts,
    event: { atMs: nowMs, event, detail: '' },
    missteps: [],
  };
}
