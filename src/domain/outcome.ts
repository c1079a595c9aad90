import type { GuardFinding, RequestRecord, StoredAnswer } from '../ports/otp-store.ts';
import type { Delivery } from '../ports/sms-gateway.ts';

/** How a use case ends. Declines are outcomes like any other; faults are thrown. */
export type Outcome =
  /** Answered now and recorded. `reason` and `delivery` are for the log, never for the wire. */
  | {
      readonly kind: 'answered';
      readonly answer: StoredAnswer;
      readonly reason: string;
      readonly delivery?: Delivery;
      /** Of the recipient of the text. */
      readonly country?: string | undefined;
      /** What the money guard found against the text. */
      readonly guard?: GuardFinding | undefined;
      /** Whose text was verified: for feedback and metrics. */
      readonly verified?: VerifiedText | undefined;
    }
  /** Answered before. */
  | { readonly kind: 'replay'; readonly record: RequestRecord }
  /** The request id belongs to other parameters. [IDEM-6] */
  | { readonly kind: 'conflict' }
  /** Another process is at work on the same request. [OQ-8] */
  | { readonly kind: 'busy' }
  /** The association id of a consumption is somebody else's. Nothing is recorded, and no code used. [FLOW-4] */
  | { readonly kind: 'association-taken' }
  /** Nothing is recorded: the id may become known. [VO-5, OQ-2] */
  | { readonly kind: 'unknown-identifier'; readonly identifier: 'associationId' | 'sendOtpRequestId' };

/** A text whose code was typed, the best proof that it was delivered. */
export interface VerifiedText {
  readonly gateway: string;
  readonly messageId: string | undefined;
  readonly country: string | undefined;
}

/** Every result that sendOtp may answer. [JSON-5] */
export type SendOtpResult =
  | 'SUCCESS'
  | 'PHONE_NUMBER_NOT_ASSOCIATED_WITH_ACCOUNT'
  | 'UNKNOWN_PHONE_NUMBER'
  | 'MESSAGE_UNABLE_TO_BE_SENT'
  | 'INVALID_PHONE_NUMBER'
  | 'NOT_ELIGIBLE'
  | 'OTP_LIMIT_REACHED'
  | 'ACCOUNT_CLOSED'
  | 'ACCOUNT_CLOSED_ACCOUNT_TAKEN_OVER'
  | 'ACCOUNT_CLOSED_FRAUD';

/** Every result that verifyOtp may answer. There is none for expired or exhausted. [VO-4] */
export type VerifyOtpResult = 'SUCCESS' | 'OTP_NOT_MATCHED' | 'OTP_ALREADY_USED';

/**
 * Every result of a consumption, with those that verifyOtp lacks: the code has expired; wrong codes used up its attempts, or those
 * of its account. [OV-3, OQ-90]
 */
export type ConsumeResult =
  | 'SUCCESS'
  | 'OTP_NOT_MATCHED'
  | 'OTP_ALREADY_USED'
  | 'OTP_EXPIRED'
  | 'OTP_LIMIT_REACHED';
