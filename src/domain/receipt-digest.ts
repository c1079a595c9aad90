import type { KeyObject } from 'node:crypto';
import type { DeliveryReceipt } from '../ports/delivery-receipt.ts';
import type { ReceiptOrder } from '../ports/otp-store.ts';
import { keyedDigest } from './challenge/keyed-digest.ts';

/** What the record has in place of a receipt key: some gateways make the id of a text of its number. [IDEM-13, OQ-87] */
export function receiptDigest(digestKey: KeyObject, receiptKey: string): string {
  return Buffer.from(keyedDigest(digestKey, 'receipt-key', receiptKey)).toString('base64url');
}

/** What the texts that a receipt may be about are filed under. Those of before digests came are still filed in the clear. */
export function receiptOrder(
  digestKey: KeyObject,
  { receiptKey, otherKeys = [], rivalKeys = [] }: DeliveryReceipt,
): ReceiptOrder {
  const inBothWays = (keys: readonly string[]) => [
    ...keys.map((key) => receiptDigest(digestKey, key)),
    ...keys,
  ];
  return { keys: inBothWays([receiptKey, ...otherKeys]), rivalKeys: inBothWays(rivalKeys) };
}
