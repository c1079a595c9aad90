import type { DeliveryReceipt } from '../ports/delivery-receipt.ts';

/** What became of one receipt, or of what came without one, whichever way it came. Nothing in it is secret. */
export interface ReceiptReport {
  /** Name of the gateway that was called for; whether it was the gateway that called is what `outcome` tells. */
  readonly gateway: string;
  readonly outcome:
    | 'recorded'
    | 'repeated'
    /** No text is known by its keys. */
    | 'unmatched'
    /** Several texts are known by them, and it is open which one is meant. */
    | 'ambiguous'
    /** The gateway told nothing final. */
    | 'not-final'
    | 'unauthenticated'
    /** The gateway told something that looks like a receipt, and it isn't understood. */
    | 'unreadable'
    /** Too many calls at once. */
    | 'busy'
    | 'unavailable'
    | 'bug';
  readonly receipt?: DeliveryReceipt | undefined;
  /** The gateway's own word, or what is missing, where there is no receipt. */
  readonly detail?: string | undefined;
  /** For `recorded`. */
  readonly country?: string | undefined;
  /** For `recorded`: from the hand-over to the gateway until now. */
  readonly sinceSubmittedMs?: number | undefined;
  /** For `unavailable` and `bug`: what was thrown. */
  readonly cause?: Error | undefined;
}
