import type { Challenge, ChallengeEvent, ChallengeState } from '../challenge.ts';
import type { RequestSubject } from './history.ts';
import type { Counted, Misstep } from './limits.ts';

export interface EndCodesOrder {
  readonly of: RequestSubject;
  /** How far back: those whose text was handed over before this moment are not asked about. */
  readonly sinceMs: number;
}

/** A challenge, as it stands in the record: a newer text that may supersede it is not looked for. */
export type HeldCode = Pick<
  Challenge,
  'challengeId' | 'state' | 'failedAttempts' | 'expiresAtMs' | 'expiresAtWallMs'
>;

/** How a code ends. */
export interface CodeEnd {
  /** Of the challenge from now on. */
  readonly state: ChallengeState;
  readonly failedAttempts: number;
  readonly event: ChallengeEvent;
  /** What the account's limits are to count. */
  readonly missteps: readonly (Counted & { readonly kind: Misstep })[];
}

/** `undefined`: the code goes on as it is. Pure. */
export type DecideEnd = (code: HeldCode) => CodeEnd | undefined;
