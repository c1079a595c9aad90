import type { Challenge, ChallengeEvent } from '../challenge.ts';
import type { AccountPast, Ceiling, CeilingBucket, Counted, PhoneNumberPast } from './limits.ts';
import type { GuardFacts, GuardOrder, GuardVerdict } from './money-guard.ts';
import type { RecordedAnswer, RequestRecord, Taken } from './requests.ts';

export interface IssueOrder {
  readonly requestId: string;
  readonly fingerprint: Uint8Array;
  readonly owner: string;
  readonly nowMs: number;
  readonly leaseExpiresAtMs: number;
  readonly accountDigest: Uint8Array;
  readonly phoneNumberDigest: Uint8Array;
  /** How far back `account` and `phoneNumber` must reach. */
  readonly sinceMs: number;
  /** Ceilings that this text is to be weighed against, in the order of `IssueFacts.ceilingSends`. */
  readonly ceilings: readonly Ceiling[];
  /** What the money guard wants to know; `undefined`: it is off. */
  readonly guard: GuardOrder | undefined;
}

export interface IssueFacts {
  readonly request: RequestRecord | undefined;
  /** The challenge made earlier for this very request id. */
  readonly challenge: Challenge | undefined;
  readonly account: AccountPast;
  readonly phoneNumber: PhoneNumberPast;
  /** Texts of this very request that left, may have left, or are being handed over, at the moment of the newest one. */
  readonly ownTexts: readonly Counted[];
  /** Texts counted so far under each of the order's ceilings. */
  readonly ceilingSends: readonly number[];
  /** `undefined`: not asked for. */
  readonly guard: GuardFacts | undefined;
}

/** A challenge whose text may go. The request is claimed for it, and loses the answer that it had. */
export interface GrantedText {
  /**
   * - `issue`: make this challenge, in the place of one that was made earlier for this request id. What is out of the
   *   account's older challenges stays as it is until this text is out too.
   * - `resume`: it is the challenge that the request has. Its state, its life (`issuedAtMs`, `expiresAtMs`, `expiresAtWallMs`),
   *   `submissions`, `failedAttempts`, `recipient` and `counted` become what they are here; what it was made with stays.
   */
  readonly kind: 'issue' | 'resume';
  readonly challenge: Challenge;
  /** One text more in each. */
  readonly raise: readonly CeilingBucket[];
  /** Of the challenge, after those that a resumed one has. That it was issued is not among them, see `storyOf`. */
  readonly events: readonly ChallengeEvent[];
  readonly guard?: GuardVerdict | undefined;
  /** The account is noted as seen, at the order's `nowMs`. Absent: it isn't. */
  readonly isSeen?: boolean;
}

export type IssueDecision =
  | GrantedText
  /** Record an answer without a text. A challenge that the request has stays as it is. */
  | {
      readonly kind: 'answer';
      readonly request: RecordedAnswer;
      readonly guard?: GuardVerdict | undefined;
    }
  | Taken;
