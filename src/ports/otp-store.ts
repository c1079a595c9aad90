import type { Challenge } from './challenge.ts';
import type { Association, DecideAssociation, UntoldOrder } from './otp-store/associations.ts';
import type { AttemptDecision, AttemptFacts, AttemptOrder } from './otp-store/attempt.ts';
import type { ClosedDecision, ClosedOrder, ClosedState, DecideClosed } from './otp-store/closed-guard.ts';
import type { DecideEnd, EndCodesOrder } from './otp-store/end-codes.ts';
import type { Erased, EraseOrder } from './otp-store/erase.ts';
import type { RequestHistory, RequestSubject } from './otp-store/history.ts';
import type { IssueDecision, IssueFacts, IssueOrder } from './otp-store/issue.ts';
import type { Block } from './otp-store/money-guard.ts';
import type { ReceiptDecision, ReceiptFacts, ReceiptOrder } from './otp-store/receipt.ts';
import type { CompletionDecision, CompletionOrder, RequestKey, RequestRecord } from './otp-store/requests.ts';
import type { SettlementDecision, SettlementFacts, SettlementOrder } from './otp-store/settle.ts';

// What each step is asked and answers.
export type * from './otp-store/associations.ts';
export type * from './otp-store/attempt.ts';
export type * from './otp-store/closed-guard.ts';
export type * from './otp-store/code-use.ts';
export type * from './otp-store/end-codes.ts';
export type * from './otp-store/erase.ts';
export type * from './otp-store/history.ts';
export type * from './otp-store/issue.ts';
export type * from './otp-store/limits.ts';
export type * from './otp-store/money-guard.ts';
export type * from './otp-store/receipt.ts';
export type * from './otp-store/requests.ts';
export type * from './otp-store/settle.ts';

/**
 * The durable memory: requests that were answered and challenges that were issued. Each method is one atomic step;
 * no transaction leaves the port. A writing method resolves when its effect is durable, and throws
 * `UnavailableError` with nothing changed (or, if the disk failed in the act, with nobody knowing).
 *
 * Rules live in the core: a step gathers facts, lets `decide` judge them, and applies the decision, all as one
 * step. `decide` is pure and synchronous, and may be called more than once for one step.
 */
export interface OtpStore {
  /** What is known of a request. `undefined`: never seen, or past its retention. Reads only. [IDEM-2] */
  recall(key: RequestKey): Promise<RequestRecord | undefined>;

  /** The challenge made for that sendOtp request id. `undefined`: there is none. Reads only. [SO-6] */
  findChallenge(sendOtpRequestId: string): Promise<Challenge | undefined>;

  /** Claims the sendOtp request, reserves its quotas and issues (or resumes) its challenge. [IDEM-11] */
  issue(order: IssueOrder, decide: (facts: IssueFacts) => IssueDecision): Promise<IssueDecision>;

  /** Records what became of a submission of a challenge, and perhaps the answer to its request. [SO-7, OQ-28] */
  settle(order: SettlementOrder, decide: (facts: SettlementFacts) => SettlementDecision): Promise<void>;

  /** Notes what a gateway told of a text that it had taken. */
  recordReceipt(
    order: ReceiptOrder,
    decide: (facts: ReceiptFacts) => ReceiptDecision,
  ): Promise<ReceiptDecision>;

  /** Judges one verification or consumption, counts it and completes its request. [VO-2, OV-3, IDEM-11] */
  attempt(order: AttemptOrder, decide: (facts: AttemptFacts) => AttemptDecision): Promise<AttemptDecision>;

  /** Records an answer that has no effect beside itself (a decline, an echo), unless somebody else has the request. */
  complete(
    order: CompletionOrder,
    decide: (request: RequestRecord | undefined) => CompletionDecision,
  ): Promise<CompletionDecision>;

  /**
   * Notes and counts a closed account that an association id named, and judges whether Google may be told. Two of them
   * never overlap. [SO-11, OQ-95]
   */
  weighClosed(order: ClosedOrder, decide: DecideClosed): Promise<ClosedDecision>;

  /** What the closed-account guard has found out. `undefined`: nothing. Reads only. */
  closedState(): Promise<ClosedState | undefined>;

  /** Puts it in the place of what was found out: the word of an operator. */
  setClosedState(state: ClosedState): Promise<void>;

  /**
   * Ends codes of an account or a phone number: `decide` is asked about each whose text left, may have left, or is being
   * handed over. Their sendOtp requests stay as they are. Resolves to how many it ended. [OQ-70]
   */
  endCodes(order: EndCodesOrder, decide: DecideEnd): Promise<number>;

  /** What is known of an association id, by its digest. `undefined`: nothing. Reads only. [FLOW-2] */
  findAssociation(digest: Uint8Array): Promise<Association | undefined>;

  /** Makes the association of that digest what `decide` says, which is what it resolves to. [FLOW-4] */
  changeAssociation(digest: Uint8Array, decide: DecideAssociation): Promise<Association | undefined>;

  /** Associations of which the account directory has not been told, in the order of their digests. Reads only. */
  untoldAssociations(order: UntoldOrder): Promise<readonly Association[]>;

  /**
   * Deletes up to `rowsMax` requests (and their challenges) received before `beforeMs`, oldest first, and as many of
   * the limits' counts. Resolves to how many; fewer than `rowsMax` means that none are left. [IDEM-12, OQ-10]
   */
  sweep(beforeMs: number, rowsMax: number): Promise<number>;

  /** Remembers that the steady clock reached `nowMs`, for the next start. An earlier moment changes nothing. */
  remember(nowMs: number): Promise<void>;

  /**
   * The latest moment that it knows of, of a request or remembered, ms on the steady clock: a clock that began before it
   * would revive codes that have expired. 0: no request is in it; what is remembered then is forgotten when it is opened,
   * since it may be of a clock that was wrong. Reads only. [OQ-69]
   */
  newestMoment(): Promise<number>;

  /** The money guard's blocks that end after `nowMs`. Reads only. */
  blocks(nowMs: number): Promise<readonly Block[]>;

  /** All that is known of the requests with that id, for an operator. No code, token or number is in it. */
  history(requestId: string): Promise<readonly RequestHistory[]>;

  /**
   * The sendOtp requests for that account, or for that phone number, those received last first, `rowsMax` at most (100);
   * whether or not a code was made for them. For an operator.
   */
  requestsOf(subject: RequestSubject, rowsMax?: number): Promise<readonly RequestHistory[]>;

  /**
   * Takes from the challenges of an account or a phone number what tells more of a person than a digest does: `recipient`,
   * `numberPrefix`, `counted`, the `messageId` and the receipt key of the text. Their events become that of the order. All
   * else stays: answers, and what limits count. [OQ-96]
   */
  erase(order: EraseOrder): Promise<Erased>;

  /** Resolves if a durable step would be possible; throws `UnavailableError` otherwise. */
  check(): Promise<void>;

  /** Finishes the steps under way and lets go of the database. Safe to call twice. */
  close(): Promise<void>;
}
