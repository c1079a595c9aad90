import type { ChallengeEvent } from '../challenge.ts';
import type { RequestSubject } from './history.ts';

export interface EndCodesOrder {
  readonly nowMs: number;
  readonly of: RequestSubject;
  /** Codes whose text was handed over before this moment have expired. */
  readonly sinceMs: number;
  /** For the record. */
  readonly event: ChallengeEvent;
}
