import type { Challenge } from '../challenge.ts';
import type { AccountPast, Ceiling, CeilingBucket, PhoneNumberPast } from './limits.ts';
import type { GuardFacts, GuardOrder, GuardVerdict } from './money-guard.ts';
import type { RequestRecord, StoredAnswer, Taken } from './requests.ts';

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
  /** Texts counted so far under each of the order's ceilings. */
  readonly ceilingSends: readonly number[];
  /** `undefined`: not asked for. */
  readonly guard: GuardFacts | undefined;
}

export type IssueDecision =
  /**
   * Make this challenge (state `submitting`), claim the request and count one text more in each of `raise`. A challenge
   * made earlier for this request id is replaced. What is out of the account's older challenges stays as it is until this
   * text is out too.
   */
  | {
      readonly kind: 'issue';
      readonly challenge: Challenge;
      readonly raise: readonly CeilingBucket[];
      readonly guard?: GuardVerdict | undefined;
    }
  /** Claim the request again, count it again, and put its challenge back to `submitting`, with this life. */
  | {
      readonly kind: 'resume';
      readonly challenge: Challenge;
      readonly raise: readonly CeilingBucket[];
      readonly guard?: GuardVerdict | undefined;
    }
  /** Record an answer without a text: `completed`, or `released` if retryable. `reason` is for the record. */
  | {
      readonly kind: 'answer';
      readonly answer: StoredAnswer;
      readonly retryable: boolean;
      readonly reason: string;
      readonly guard?: GuardVerdict | undefined;
    }
  | Taken;

/** A challenge whose text may go. */
export type GrantedText = Extract<IssueDecision, { readonly kind: 'issue' | 'resume' }>;
