import type { Challenge, ChallengeState } from '../../ports/challenge.ts';
import { LIVE_STATES } from '../../ports/challenge-moves.ts';
import type { Moment } from '../moment.ts';

/** A text may be out: the first, and the one that a retry may send after an unknown outcome. [OQ-28] */
export const SUBMISSIONS_MAX = 2;

/** Whether the code of this challenge can verify now. While `submitting` the text may already have arrived. */
export function isVerifiable(challenge: Challenge, moment: Moment): boolean {
  return isLive(challenge.state) && !isExpired(challenge, moment);
}

/** Whether its text is or may be out, and its code is neither used nor void. */
export function isLive(state: ChallengeState): boolean {
  return LIVE_STATES.includes(state);
}

/**
 * A code lives until the first of the clocks says that it is over, exclusively: the confirmed one goes on when the wall clock
 * is set back, the wall clock while the machine sleeps. [OQ-69]
 */
export function isExpired(challenge: Challenge, { nowMs, wallMs }: Moment): boolean {
  return nowMs >= challenge.expiresAtMs || wallMs >= challenge.expiresAtWallMs;
}

/** Whether a text of this challenge is or may be out: then its request id is bound to its parameters. [OQ-41] */
export function mayHaveLeft(challenge: Challenge): boolean {
  return challenge.submissions > 0;
}
