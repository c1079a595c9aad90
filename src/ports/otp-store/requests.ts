import type { RecordedMethod } from './code-use.ts';

/**
 * Idempotency is scoped per method, and per purpose of a consumption; environment and integrator have a database of their own.
 * [VO-6, IDEM-9]
 */
export interface RequestKey {
  readonly method: RecordedMethod;
  readonly requestId: string;
}

/** What is answered again. Nothing in it is secret. [IDEM-13] */
export interface StoredAnswer {
  /** SendOtpResultCode, VerifyOtpResultCode or a result of a consumption; empty for echo, whose answer is its request. */
  readonly result: string;
  /** paymentIntegratorSendOtpId, paymentIntegratorVerifyOtpId or the id of a consumption: 16 characters. */
  readonly integratorId: string;
  /** Of a consumption that succeeded: whose code it was, sealed. */
  readonly account?: Uint8Array | undefined;
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

/** A request id that whoever asks may not have. Nothing changes then. */
export type Taken =
  /** It was answered before: replay it. */
  | { readonly kind: 'replay'; readonly record: RequestRecord }
  /** It belongs to other parameters. [IDEM-6] */
  | { readonly kind: 'conflict' }
  /** Another process is at work on it. [OQ-8] */
  | { readonly kind: 'busy' };

/** An answer, and what it binds. */
export interface RecordedAnswer {
  readonly state: 'completed' | 'released';
  readonly answer: StoredAnswer;
  /** Why, for the record: a quota's or policy's name, or empty. */
  readonly reason: string;
}

/** `answer`: record it. */
export type CompletionDecision = { readonly kind: 'answer'; readonly request: RecordedAnswer } | Taken;

export interface CompletionOrder {
  readonly key: RequestKey;
  readonly fingerprint: Uint8Array;
  readonly owner: string;
  readonly nowMs: number;
  /** Of sendOtp, as far as they are known: whom it was for, by which `requestsOf` finds it. */
  readonly accountDigest?: Uint8Array | undefined;
  readonly phoneNumberDigest?: Uint8Array | undefined;
}
