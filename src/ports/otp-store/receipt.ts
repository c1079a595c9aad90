import type { ChallengeEvent, ChallengeState, SubmittedText } from '../challenge.ts';
import type { DeliveryReceipt, ReceiptRecord } from '../delivery-receipt.ts';

export interface ReceiptOrder {
  /** What the receipt's text may be filed under. */
  readonly keys: readonly string[];
  /** What other texts may be filed under that the receipt might be about as well. */
  readonly rivalKeys: readonly string[];
}

/** The challenge of a text, as it stands in the record. */
export interface ReceivedText extends Pick<SubmittedText, 'gateway' | 'messageId' | 'submittedAtMs'> {
  readonly challengeId: string;
  readonly state: ChallengeState;
  readonly country: string | undefined;
  /** What was told before. */
  readonly receipt: DeliveryReceipt['state'] | undefined;
}

/** For each key of the order, in its order: the texts that are filed under it, the newest first, 16 at most. */
export interface ReceiptFacts {
  readonly texts: readonly (readonly ReceivedText[])[];
  readonly rivals: readonly (readonly ReceivedText[])[];
}

export interface ReceiptDecision {
  /** What came of it. */
  readonly record: ReceiptRecord;
  /** To be noted on one of `texts`. `undefined`: nothing changes. */
  readonly note?: {
    readonly challengeId: string;
    /** Of the challenge from now on. */
    readonly state: ChallengeState;
    readonly receipt: NonNullable<SubmittedText['receipt']>;
    readonly event: ChallengeEvent;
  };
}
