import type { Challenge, ChallengeEvent, ChallengeState } from '../challenge.ts';
import type { CeilingBucket, Counted, Misstep, TextCounts } from './limits.ts';
import type { RecordedAnswer, RequestRecord, Taken } from './requests.ts';

export interface AttemptOrder {
  readonly requestId: string;
  readonly fingerprint: Uint8Array;
  readonly owner: string;
  readonly nowMs: number;
  readonly sendOtpRequestId: string;
  /** The challenge whose code was compared; another one in its place is reported as absent. */
  readonly challengeId: string;
  /** How far back `wrongCodes` must reach. */
  readonly sinceMs: number;
}

export interface AttemptFacts {
  readonly request: RequestRecord | undefined;
  readonly challenge: Challenge | undefined;
  /** Of the challenge's account, as in `AccountPast`. */
  readonly wrongCodes: readonly Counted[];
}

export type AttemptDecision =
  /** Record the answer; move the challenge to `state` with `failedAttempts`; note the event. */
  | {
      readonly kind: 'judged';
      readonly request: RecordedAnswer;
      /** `undefined`: it stays as it stands in the record; what only a newer text supersedes is not written down. */
      readonly state: ChallengeState | undefined;
      readonly failedAttempts: number;
      readonly event: ChallengeEvent;
      /** What the account's limits are to count, at the order's `nowMs`. */
      readonly missteps: readonly Misstep[];
      /** Of the challenge from now on. `undefined`: it stays as it is. */
      readonly counted: readonly TextCounts[] | undefined;
      /** One text fewer in each. */
      readonly lower: readonly CeilingBucket[];
      /** One text more in each. */
      readonly raise: readonly CeilingBucket[];
    }
  | Taken
  /** The challenge is not there any more. Nothing changes. */
  | { readonly kind: 'absent' };
