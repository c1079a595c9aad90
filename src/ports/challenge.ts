import type { DeliveryReceipt } from './delivery-receipt.ts';
import type { CodeUse } from './otp-store/code-use.ts';
import type { TextCounts } from './otp-store/limits.ts';

/**
 * - `issued`: made, but no gateway has it (refused, or not asked yet).
 * - `submitting`: being handed to a gateway; if its process died there, as good as `ambiguous`.
 * - `sent`: a gateway accepted it. `ambiguous`: a gateway may have accepted it. [OQ-28]
 * - `verified` (its code is used up), `exhausted` (too many wrong codes): final.
 * - `superseded`: the text of a newer one of the account is or may be out; or its codes were ended. Told by looking for the
 *   newer text, so that a text which turns out to be refused supersedes nothing. [OQ-66]
 * Expiry is told by `expiresAtMs`, not by a state: no write happens when time passes.
 */
export type ChallengeState =
  | 'issued'
  | 'submitting'
  | 'sent'
  | 'ambiguous'
  | 'verified'
  | 'exhausted'
  | 'superseded';

/** `unknown`: one that this version doesn't know; it is served as none is. [OQ-19] */
export type OtpContext = 'association' | 'mandateCreation' | 'associationWithMandateCreation' | 'unknown';

export interface Challenge {
  /** 16 characters; also the client reference at the gateway and the paymentIntegratorSendOtpId. */
  readonly challengeId: string;
  readonly state: ChallengeState;
  /** 16 bytes; with the server secret it yields the code. */
  readonly nonce: Uint8Array;
  /** Which server secret. */
  readonly secretId: string;
  /** Digits of its code, 4 to 10: a changed setting must not orphan a code that is out. */
  readonly codeLength: number;
  /** Keyed digest of the account id, 16 bytes. */
  readonly accountDigest: Uint8Array;
  /** Keyed digest of the account phone number, 16 bytes. */
  readonly phoneNumberDigest: Uint8Array;
  /**
   * Whom the sendOtp named, sealed: by it the account is looked up again when the code is typed. `undefined`: made by a
   * version that did not keep it. [OQ-70]
   */
  readonly recipient: Uint8Array | undefined;
  /** `undefined`: the request had no otpContext. [SO-5] */
  readonly otpContext: OtpContext | undefined;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** The same moment as the wall clock had it. Whichever clock gets there first ends the code. [OQ-69] */
  readonly expiresAtWallMs: number;
  /** Submissions that were or may have been accepted. [OQ-28] */
  readonly submissions: number;
  /** Wrong codes so far. Codes that were not compared (expired, superseded …) don't count. */
  readonly failedAttempts: number;
  /** What has used its code so far: while one more may, it is not `verified` yet. [OQ-9] */
  readonly uses: readonly CodeUse[];
  /** ISO 3166-1 alpha-2 of the number; `undefined`: of no one country. */
  readonly country: string | undefined;
  /** The first digits of the number, too few to tell whose it is: what the money guard counts together. */
  readonly numberPrefix: string;
  /** Where its texts that were not refused are counted, the oldest first. Empty too: made by a version that kept no counts. */
  readonly counted: readonly TextCounts[];
  /** Its newest text; `undefined`: no gateway has taken one, nor may one have. */
  readonly text: SubmittedText | undefined;
}

/** A text that a gateway took, or may have taken, and what it told of it later. */
export interface SubmittedText {
  readonly gateway: string;
  /** `undefined`: the gateway gave none, or its answer never came. */
  readonly messageId: string | undefined;
  readonly submittedAtMs: number;
  /** `undefined`: no receipt came. */
  readonly receipt: { readonly state: DeliveryReceipt['state']; readonly atMs: number } | undefined;
}

/** An event of a challenge, for `history`: when, what, and a word more. */
export interface ChallengeEvent {
  readonly atMs: number;
  /** `issued`, `resumed`, `superseded`, `accepted`, `refused`, `unknown`, `verified`, `wrong`, `exhausted` … */
  readonly event: string;
  /** A gateway's name, message id or code, a verifyOtp request id, a quota's name. Never a secret. */
  readonly detail: string;
}
