import type { Challenge, ChallengeEvent, ChallengeState } from '../challenge.ts';
import type { Association } from './associations.ts';
import type { CodeUse } from './code-use.ts';
import type { CeilingBucket, Counted, Misstep, TextCounts } from './limits.ts';
import type { RecordedAnswer, RequestKey, RequestRecord, Taken } from './requests.ts';

export interface AttemptOrder {
  /** Of the verifyOtp, or of the consumption. */
  readonly key: RequestKey;
  readonly fingerprint: Uint8Array;
  readonly owner: string;
  readonly nowMs: number;
  readonly sendOtpRequestId: string;
  /** The challenge whose code was compared; another one in its place is reported as absent. */
  readonly challengeId: string;
  /** How far back `wrongCodes` must reach. */
  readonly sinceMs: number;
  /** Of the association id that a consumption is to associate with the account. `undefined`: none. */
  readonly associationDigest?: Uint8Array | undefined;
}

export interface AttemptFacts {
  readonly request: RequestRecord | undefined;
  readonly challenge: Challenge | undefined;
  /** Of the challenge's account, as in `AccountPast`. */
  readonly wrongCodes: readonly Counted[];
  /** The one of the order. `undefined`: unknown, or not asked for. */
  readonly association: Association | undefined;
}

export type AttemptDecision =
  /** Record the answer; move the challenge to `state` with `failedAttempts`; note the event. */
  | {
      readonly kind: 'judged';
      readonly request: RecordedAnswer;
      /** `undefined`: it stays as it stands in the record; what only a newer text supersedes is not written down. */
      readonly state: ChallengeState | undefined;
      readonly failedAttempts: number;
      /** What has used the code from now on. `undefined`: it stays as it is. */
      readonly uses: readonly CodeUse[] | undefined;
      readonly event: ChallengeEvent;
      /** What the account's limits are to count, at the order's `nowMs`. */
      readonly missteps: readonly Misstep[];
      /** To be kept, in the place of the one of its digest. `undefined`: none. */
      readonly association: Association | undefined;
      /** Of the challenge from now on. `undefined`: it stays as it is. */
      readonly counted: readonly TextCounts[] | undefined;
      /** One text fewer in each. */
      readonly lower: readonly CeilingBucket[];
      /** One text more in each. */
      readonly raise: readonly CeilingBucket[];
    }
  | Taken
  /** The association id is somebody else's. Nothing changes. [FLOW-4] */
  | { readonly kind: 'association-taken' }
  /** The challenge is not there any more. Nothing changes. */
  | { readonly kind: 'absent' };
