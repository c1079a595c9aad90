import type { ChallengeEvent, ChallengeState } from '../challenge.ts';
import type { DeliveryReceipt, ReceiptRecord } from '../delivery-receipt.ts';

/** The challenge of a text that was filed under one of a receipt's keys. */
export interface ReceivedText {
  readonly challengeId: string;
  readonly state: ChallengeState;
  readonly country: string | undefined;
  readonly submittedAtMs: number;
  /** What was told before. */
  readonly receipt: DeliveryReceipt['state'] | undefined;
}

/**
 * Under each key at most one text is found: of several the one whose gateway and message id are written as the receipt's
 * own key is, and of those the newest.
 */
export interface ReceiptFacts {
  /** Found by the receipt's own key and its other keys, in this order. */
  readonly texts: readonly ReceivedText[];
  /** Found by its rival keys. */
  readonly rivals: readonly ReceivedText[];
}

export interface ReceiptDecision {
  /** What came of it. */
  readonly record: ReceiptRecord;
  /** The receipt is noted on this challenge, which is in this state from now on. `undefined`: nothing changes. */
  readonly note?: {
    readonly challengeId: string;
    readonly state: ChallengeState;
    readonly event: ChallengeEvent;
  };
}
