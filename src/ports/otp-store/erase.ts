import type { ChallengeEvent } from '../challenge.ts';
import type { RequestSubject } from './history.ts';

export interface EraseOrder {
  readonly of: RequestSubject;
  readonly event: ChallengeEvent;
}

/** What an erasure leaves of an account or a phone number. */
export interface Erased {
  /** Its sendOtp requests, whether or not a code was made for them. */
  readonly requests: number;
  /** When the last of them was received, or the last of what limits count of it happened; 0: there is neither. */
  readonly newestAtMs: number;
}
