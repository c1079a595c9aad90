import type { Challenge, ChallengeEvent, ChallengeState, SubmittedText } from './challenge.ts';
import type { DeliveryReceipt, ReceiptRecord } from './delivery-receipt.ts';

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

  /**
   * Records what became of a submission. `answer` completes (or, if retryable, releases) the sendOtp request.
   * Without `answer` it is late news of a submission that was already given up as unknown: it changes the
   * challenge only if that is still `ambiguous` or `submitting` after the same submission.
   */
  settle(settlement: Settlement): Promise<void>;

  /**
   * Notes what a gateway told of a text that it had taken. A receipt of a text of unknown outcome proves that it left:
   * the challenge becomes `sent`. What was delivered stays delivered; a receipt that says nothing new is `repeated`.
   */
  recordReceipt(receipt: DeliveryReceipt, nowMs: number): Promise<ReceiptRecord>;

  /** Judges one verification, counts it and completes the verifyOtp request. [VO-2, IDEM-11] */
  attempt(order: AttemptOrder, decide: (facts: AttemptFacts) => AttemptDecision): Promise<AttemptDecision>;

  /**
   * Records an answer that has no effect beside itself (a decline, an echo). If the request was completed
   * meanwhile, or another owner is at work on it, nothing changes and that record comes back; otherwise `undefined`.
   */
  complete(completion: Completion): Promise<RequestRecord | undefined>;

  /**
   * Ends the live codes of an account or a phone number, whose sendOtp requests stay as they are: a code that is typed
   * from now on is answered OTP_NOT_MATCHED. Resolves to how many codes that were.
   */
  endCodes(order: EndCodesOrder): Promise<number>;

  /**
   * Deletes up to `rowsMax` requests (and their challenges) received before `beforeMs`, oldest first, and as many of
   * the limits' counts. Resolves to how many; fewer than `rowsMax` means that none are left. [IDEM-12, OQ-10]
   */
  sweep(beforeMs: number, rowsMax: number): Promise<number>;

  /** Remembers that the steady clock reached `nowMs`, for the next start. */
  remember(nowMs: number): Promise<void>;

  /** The money guard's blocks that end after `nowMs`. Reads only. */
  blocks(nowMs: number): Promise<readonly Block[]>;

  /** All that is known of the requests with that id, for an operator. No code, token or number is in it. */
  history(requestId: string): Promise<readonly RequestHistory[]>;

  /**
   * The sendOtp requests for that account, or for that phone number, those received last first, 100 at most; whether or
   * not a code was made for them. For an operator.
   */
  requestsOf(subject: RequestSubject): Promise<readonly RequestHistory[]>;

  /** Resolves if a durable step would be possible; throws `UnavailableError` otherwise. */
  check(): Promise<void>;

  /** Finishes the steps under way and lets go of the database. Safe to call twice. */
  close(): Promise<void>;
}

/** Whom requests are looked for by: a digest, of 16 bytes. */
export type RequestSubject =
  | { readonly kind: 'account'; readonly digest: Uint8Array }
  | { readonly kind: 'phone-number'; readonly digest: Uint8Array };

export type MethodName = 'sendOtp' | 'verifyOtp' | 'echo';

/** Idempotency is scoped per method; environment and integrator have a database of their own. [VO-6, IDEM-9] */
export interface RequestKey {
  readonly method: MethodName;
  readonly requestId: string;
}

/** What is answered again. Nothing in it is secret. [IDEM-13] */
export interface StoredAnswer {
  /** SendOtpResultCode or VerifyOtpResultCode; empty for echo, whose answer is its request. */
  readonly result: string;
  /** paymentIntegratorSendOtpId or paymentIntegratorVerifyOtpId: 16 characters. */
  readonly integratorId: string;
}

/**
 * - `claimed`: somebody is at work on it until the lease ends; afterwards nobody is.
 * - `completed`: answered; replayed from now on.
 * - `released`: answered MESSAGE_UNABLE_TO_BE_SENT, which binds nothing: a retry tries again. [OQ-11]
 */
export type RequestState = 'claimed' | 'completed' | 'released';

export interface RequestRecord {
  readonly state: RequestState;
  /** 16 bytes. [IDEM-5] */
  readonly fingerprint: Uint8Array;
  /** `undefined` while claimed. */
  readonly answer: StoredAnswer | undefined;
  /** Who claimed it: the id of a server process. */
  readonly owner: string;
  /** Steady clock. Says something only while claimed. */
  readonly leaseExpiresAtMs: number;
}

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
  /** Ceilings to count this challenge against, in the order of `IssueFacts.ceilingSends`. */
  readonly ceilings: readonly Ceiling[];
  /** What the money guard wants to know; `undefined`: it is off. */
  readonly guard: GuardOrder | undefined;
}

/** What the money guard counts a text under, and what it weighs that against: three subjects, all of one window. */
export interface GuardOrder {
  /** Unverified texts: raised by this one, lowered when it is refused or verified. */
  readonly unverified: readonly [Ceiling, Ceiling, Ceiling];
  /** Verified texts of the same subjects, in the same order. */
  readonly verified: readonly [Ceiling, Ceiling, Ceiling];
}

/** A subject that the money guard sends no texts to for a while, or would not if it were enforced. */
export interface Block {
  /** Such as `country:BR` or `prefix:+55119`. */
  readonly subject: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Texts within the window when the block began. */
  readonly unverified: number;
  readonly verified: number;
}

/**
 * What the money guard knows. The lists are in the order of `GuardOrder`. What is rarely needed is gathered when it is
 * asked for, which must be within `decide`.
 */
export interface GuardFacts {
  readonly unverified: readonly number[];
  verified(): readonly number[];
  /** The block of each subject that has not ended. */
  readonly blocks: readonly (Block | undefined)[];
  /** Whether a code that was sent to the same number was ever verified, as far as requests are kept. */
  numberVerified(): boolean;
}

/** A ceiling over many accounts: texts within a sliding window. */
export interface Ceiling {
  /** What is counted together, such as `country:BR` or `global`. At most 64 characters. */
  readonly subject: string;
  /** Counted in twelfths of it, the oldest one wholly: never more than the limit in any window of this length. */
  readonly windowMs: number;
}

/** Something that a limit counts: when, and how often then, ≥ 1. */
export interface Counted {
  readonly atMs: number;
  readonly times: number;
}

/**
 * What the limits of a phone number count, since the order's `sinceMs`, newest first. Of each list at most 256 entries
 * are told, and every entry counts: enough for any limit of up to 256, however long the history.
 */
export interface PhoneNumberPast {
  /** Texts that left, may have left, or are being handed over, of other requests than this one. */
  readonly texts: readonly Counted[];
  /** Texts that a gateway refused. */
  readonly refusedTexts: readonly Counted[];
}

/** The same for an account. */
export interface AccountPast extends PhoneNumberPast {
  readonly wrongCodes: readonly Counted[];
  /** Codes that came for a challenge that could not be verified any more, and weren't compared. */
  readonly uncomparedCodes: readonly Counted[];
  /** When a challenge was exhausted. */
  readonly exhaustions: readonly Counted[];
}

/** What a code that was typed counts as. Kept apart from its challenge, whatever becomes of that. */
export type Misstep = 'wrong' | 'uncompared' | 'exhausted';

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

/** What the money guard has to say about a text: blocks to begin, and a line for the record. */
export interface GuardVerdict {
  readonly begin: readonly Block[];
  /** An event of the challenge, if one is issued or resumed. `undefined`: nothing to tell. */
  readonly event: ChallengeEvent | undefined;
}

export type IssueDecision =
  /**
   * Make this challenge (state `submitting`), claim the request and count it. A challenge made earlier for this request
   * id is replaced. What is out of the account's older challenges stays as it is until this text is out too.
   */
  | { readonly kind: 'issue'; readonly challenge: Challenge; readonly guard?: GuardVerdict | undefined }
  /** Claim the request again, count it again, and put its challenge back to `submitting`, with this life. */
  | { readonly kind: 'resume'; readonly challenge: Challenge; readonly guard?: GuardVerdict | undefined }
  /** Record an answer without a text: `completed`, or `released` if retryable. `reason` is for the record. */
  | {
      readonly kind: 'answer';
      readonly answer: StoredAnswer;
      readonly retryable: boolean;
      readonly reason: string;
      readonly guard?: GuardVerdict | undefined;
    }
  /** The request was answered before: replay it. Nothing changes. */
  | { readonly kind: 'replay'; readonly record: RequestRecord }
  /** The request id belongs to other parameters. Nothing changes. [IDEM-6] */
  | { readonly kind: 'conflict' }
  /** Another process is at work on it. Nothing changes. [OQ-8] */
  | { readonly kind: 'busy' };

/** A challenge whose text may go. */
export type GrantedText = Extract<IssueDecision, { readonly kind: 'issue' | 'resume' }>;

export interface Settlement {
  readonly requestId: string;
  /** Nothing happens if the request's challenge is another one by now. */
  readonly challengeId: string;
  /** `submissions` of the challenge as issued or resumed: which of its submissions this is about. */
  readonly submission: number;
  readonly nowMs: number;
  /**
   * `sent` (accepted), `issued` (refused: the reservation is given back and counted as a refused text; `ambiguous` if
   * an earlier submission may still arrive) or `ambiguous` (unknown). Only a challenge that is `submitting` or `ambiguous` takes it on.
   */
  readonly state: 'sent' | 'issued' | 'ambiguous';
  readonly event: ChallengeEvent;
  /** Given back on a refusal: the order's, and what its guard counted as unverified. */
  readonly ceilings: readonly Ceiling[];
  /** Who took the text, or may have. `undefined` on a refusal. */
  readonly text:
    | (Pick<SubmittedText, 'gateway' | 'messageId'> & { readonly receiptKey: string | undefined })
    | undefined;
  readonly answer: StoredAnswer | undefined;
  readonly retryable: boolean;
}

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
  /** Complete the request with `answer`; move the challenge to `state` with `failedAttempts`; note the event. */
  | {
      readonly kind: 'judged';
      readonly answer: StoredAnswer;
      readonly state: ChallengeState;
      readonly failedAttempts: number;
      readonly event: ChallengeEvent;
      /** What the account's limits are to count. */
      readonly missteps: readonly Misstep[];
      /** On a success: what counted its text as unverified, and what counts it as verified. */
      readonly guard?: GuardOrder | undefined;
    }
  | { readonly kind: 'replay'; readonly record: RequestRecord }
  | { readonly kind: 'conflict' }
  /** The challenge is not there any more. Nothing changes. */
  | { readonly kind: 'absent' };

export interface EndCodesOrder {
  readonly nowMs: number;
  readonly of: RequestSubject;
  /** Codes whose text was handed over before this moment have expired. */
  readonly sinceMs: number;
  /** For the record. */
  readonly event: ChallengeEvent;
}

export interface Completion {
  readonly key: RequestKey;
  readonly fingerprint: Uint8Array;
  readonly owner: string;
  readonly nowMs: number;
  readonly answer: StoredAnswer;
  readonly retryable: boolean;
  /** Why, for the record: a quota's or policy's name, or empty. */
  readonly reason: string;
  /** Of sendOtp, as far as they are known: whom it was for, by which `requestsOf` finds it. */
  readonly accountDigest?: Uint8Array | undefined;
  readonly phoneNumberDigest?: Uint8Array | undefined;
}

export interface RequestHistory {
  readonly method: MethodName;
  readonly requestId: string;
  readonly receivedAtMs: number;
  /** `undefined`: not answered yet. */
  readonly answeredAtMs: number | undefined;
  readonly state: RequestState;
  readonly answer: StoredAnswer | undefined;
  readonly reason: string;
  /** For verifyOtp: which sendOtp it was about. */
  readonly sendOtpRequestId: string | undefined;
  /** For sendOtp: its challenge, if one was issued. */
  readonly challenge: (Challenge & { readonly events: readonly ChallengeEvent[] }) | undefined;
}
