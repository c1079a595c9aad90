import type { ChallengeState } from './challenge.ts';

/** Which state may follow which. Final states have none. */
export const CHALLENGE_MOVES: Readonly<Record<ChallengeState, readonly ChallengeState[]>> = {
  issued: ['submitting', 'superseded'],
  submitting: ['sent', 'issued', 'ambiguous', 'submitting', 'verified', 'exhausted', 'superseded'],
  sent: ['verified', 'exhausted', 'superseded'],
  ambiguous: ['submitting', 'sent', 'issued', 'verified', 'exhausted', 'superseded'],
  verified: [],
  exhausted: [],
  superseded: [],
};

/** In their order of life. */
export const CHALLENGE_STATES = Object.keys(CHALLENGE_MOVES) as readonly ChallengeState[];

/** What a newer text supersedes: a code that is neither used nor void. [OQ-14, OQ-66] */
export const UNUSED_STATES = CHALLENGE_STATES.filter((state) =>
  CHALLENGE_MOVES[state].includes('superseded'),
);

/** Those whose text is or may be out, so that the code may be typed. */
export const LIVE_STATES = CHALLENGE_STATES.filter((state) => CHALLENGE_MOVES[state].includes('verified'));
