/** What a gateway tells, some time after it took a text, of what became of it. */
export interface DeliveryReceipt {
  /** Name of the gateway. */
  readonly gateway: string;
  /** The `receiptKey` of the `Delivery` that it is about; in the record, a digest of it. */
  readonly receiptKey: string;
  /** Other keys that its text may have, where a gateway writes its ids in several ways. */
  readonly otherKeys?: readonly string[] | undefined;
  /** Keys that are too weak to go by: a text that has one of them leaves open which text is meant. */
  readonly rivalKeys?: readonly string[] | undefined;
  /**
   * - `delivered`: the phone has the text.
   * - `undelivered`: it never will (rejected, expired, blocked …).
   * What is not final yet is no receipt.
   */
  readonly state: 'delivered' | 'undelivered';
  /** The gateway's own word or code, for the record; never a number, a text or a credential. May be empty. */
  readonly detail: string;
}

/**
 * Takes a receipt. Idempotent: gateways tell everything more than once, and in any order. Resolves when it is recorded, or
 * no text is known by its keys (yet). Throws `UnavailableError` with nothing recorded when the store is down; the gateway
 * is then to be told to try again.
 */
export type ReceiptSink = (receipt: DeliveryReceipt) => Promise<void>;

/** What a gateway said that looks like a receipt and is none to record. `detail` is fit to be logged. */
export interface StrayReceipt {
  readonly gateway: string;
  readonly outcome: 'not-final' | 'unreadable';
  readonly detail: string;
}

/** What came of a receipt in the store. */
export type ReceiptRecord =
  | { readonly kind: 'unmatched' }
  /** Its keys are those of several texts: nothing is recorded. */
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'repeated' }
  | {
      readonly kind: 'recorded';
      readonly country: string | undefined;
      /** From the hand-over to the gateway until now. */
      readonly sinceSubmittedMs: number;
    };

/** A call of a gateway, as it came. Anyone may have made it. */
export interface ReceiptCall {
  /** Such as `POST`. */
  readonly method: string;
  /** As the gateway knows it: the public URL of the configuration, with the path and the query that were called. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** What a call turned out to be. */
export type ReceiptReading =
  /** The gateway made it; there may be nothing final in it. */
  | { readonly kind: 'receipts'; readonly receipts: readonly DeliveryReceipt[] }
  /** Nothing proves that the gateway made it: it changes nothing. */
  | { readonly kind: 'unauthenticated' }
  /** The gateway made it, but it is not what the gateway documents. */
  | { readonly kind: 'unreadable' };

/** Reads the calls by which one gateway tells its receipts. Never throws for what a caller sent. */
export type ReceiptReader = (call: ReceiptCall) => Promise<ReceiptReading>;
