import type { Deadline } from './clock.ts';
import type { ReceiptReader } from './delivery-receipt.ts';
import type { Secret } from './secret.ts';

/** What goes along with a text to India: ids of the sender and of the text in the operators' ledgers (DLT). */
export interface DltIds {
  readonly entityId: string;
  readonly templateId: string;
}

/** One text message to hand over. It is frozen: several gateways may be handed it. */
export interface SmsMessage {
  /** E.164. */
  readonly to: Secret;
  readonly text: Secret;
  /** UCS-2 as soon as GSM-7 lacks one of its characters. */
  readonly encoding: 'gsm-7' | 'ucs-2';
  /** Messages that a phone joins to the text, ≥ 1. */
  readonly segments: number;
  /**
   * The same for every submission of the same challenge, 16 characters from `A-Z a-z 0-9 - _`: a gateway that
   * recognises repeated client references delivers one text. [OQ-28]
   */
  readonly reference: string;
  /** What is left of the code's life, > 0: a text that can't arrive within it need not arrive at all. */
  readonly validityMs: number;
  /** ISO 3166-1 alpha-2, or `undefined` where the number belongs to no one country. */
  readonly country: string | undefined;
  /** Language of the text's template, such as `pt`. */
  readonly language: string;
  /** Only for texts to India; `undefined`: none are registered for it. */
  readonly dlt?: DltIds | undefined;
}

/**
 * Why a gateway said no. Whatever the reason, no text comes of it.
 * - `invalid-number`: no such number, or none for texts.
 * - `blocked`: the recipient, a register, protection against fraud or a rule of the account's owner forbids it.
 * - `content`: a listed fault of the text or the request.
 * - `sender-not-allowed`: this account or sender may not send there, or not to this recipient.
 * - `recipient-limit`: too many texts to this one number, by a limit of the gateway's own.
 * - `throttled`: faster than it takes texts at this moment.
 * - `quota`: the account's texts or its money are used up.
 * - `credentials`: wrong key, closed account.
 * - `gateway-down`: it could not be reached, or answered that it can't work at present.
 * - `unexplained`: a sure no by a code that is not listed, or without one.
 */
export type RefusalReason =
  | 'invalid-number'
  | 'blocked'
  | 'content'
  | 'sender-not-allowed'
  | 'recipient-limit'
  | 'throttled'
  | 'quota'
  | 'credentials'
  | 'gateway-down'
  | 'unexplained';

/**
 * What became of a submission.
 * - `accepted`: the gateway took the message and is going to deliver it. Only this is SUCCESS. [SO-7]
 * - `refused`: it certainly did not take it; no text will come from it.
 * - `unknown`: it may or may not have taken it (time-out or broken connection after the request was written).
 *   Never treated as refused. [OQ-28]
 *
 * `later` is what an answer says that comes after the deadline, `undefined` if none comes; one that rejects tells nothing.
 *
 * `messageId` is 1 to 128 visible ASCII characters with no part of the number in it; another one is not kept. `receiptKey` is what a later receipt will name the text by, unique among all
 * gateways; it may be made of the number, so the record has a digest of it; `undefined`: no receipt will come.
 */
export type Delivery =
  | {
      readonly kind: 'accepted';
      readonly gateway: string;
      readonly messageId: string | undefined;
      readonly receiptKey?: string | undefined;
    }
  | {
      readonly kind: 'refused';
      readonly gateway: string;
      readonly reason: RefusalReason;
      readonly detail: string;
    }
  | {
      readonly kind: 'unknown';
      readonly gateway: string;
      readonly detail: string;
      readonly later?: Promise<Delivery | undefined> | undefined;
      readonly receiptKey?: string | undefined;
    };

/**
 * What a gateway says of our credentials. `unknown`: it could not be asked, or the credentials may do less than the
 * check takes, and enough to send. `detail` names the gateway's own code or fault and never a credential.
 */
export type CredentialCheck =
  | { readonly kind: 'valid' }
  | { readonly kind: 'invalid' | 'unknown'; readonly detail: string };

/** A host of a gateway's that can't be spoken to. `fault` is a code or a phrase of ours. */
export interface UnreachedHost {
  readonly host: string;
  readonly fault: string;
}

export interface SmsGateway {
  /** As configured; in logs and in the record. */
  readonly name: string;

  /**
   * Submits one message, once. Answers by the deadline if it can; the caller treats a later answer as `unknown`
   * until it comes. `detail` names the gateway's own code or fault and never a number, a text or a credential.
   * Doesn't throw: what it doesn't expect is `unknown`.
   */
  send(message: SmsMessage, deadline: Deadline): Promise<Delivery>;

  /** Reads the receipts that the gateway calls us with; `undefined`: it doesn't, or isn't set up to. */
  readonly readReceipts?: ReceiptReader | undefined;

  /**
   * Tells the gateway that the code of an accepted text was verified, the best proof of delivery there is.
   * `undefined`: it doesn't take that, or isn't set up to. Best effort: rejects if it could not be told.
   */
  readonly confirmVerified?: ((messageId: string, deadline: Deadline) => Promise<void>) | undefined;

  /**
   * Asks the gateway whether it knows us, by a call that sends and changes nothing. `undefined`: it has none. Never
   * rejects.
   */
  readonly checkCredentials?: ((deadline: Deadline) => Promise<CredentialCheck>) | undefined;

  /**
   * Connects to the gateway's hosts as a text would, TLS and proxy included, and sends nothing. Yields those that it can't
   * connect to. `undefined`: it is not connected to for each text. Never rejects.
   */
  readonly probe?: ((deadline: Deadline) => Promise<readonly UnreachedHost[]>) | undefined;

  /** Lets go of connections after running submissions ended. Safe to call twice. */
  close(): Promise<void>;
}

/** A text that the inbox keeps in place of sending it, in the sandbox. */
export interface KeptText {
  /** Counts up from 1 in order of arrival. */
  readonly number: number;
  readonly receivedAtMs: number;
  readonly to: Secret;
  readonly text: Secret;
  readonly reference: string;
  readonly validityMs: number;
  readonly country: string | undefined;
  readonly language: string;
}
