import type { KeyObject } from 'node:crypto';
import type { DeliveryReceipt } from '../ports/delivery-receipt.ts';
import { keyedDigest } from './challenge/keyed-digest.ts';

/** What the record has in place of a receipt key: some gateways make the id of a text of its number. [IDEM-13, OQ-87] */
export function receiptDigest(digestKey: KeyObject, receiptKey: string): string {
  return Buffer.from(keyedDigest(digestKey, 'receipt-key', receiptKey)).toString('base64url');
}

/** The receipt in the words of the record. Texts that were out before digests came are still filed in the clear. */
export function receiptByDigest(digestKey: KeyObject, receipt: DeliveryReceipt): DeliveryReceipt {
  const { receiptKey, otherKeys = [], rivalKeys = [] } = receipt;
  const inBothWays = (keys: readonly string[]) => [
    ...keys.map((key) => receiptDigest(digestKey, key)),
    ...keys,
  ];
  return {
    ...receipt,
    receiptKey: receiptDigest(digestKey, receiptKey),
    otherKeys: [...inBothWays(otherKeys), receiptKey],
    rivalKeys: inBothWays(rivalKeys),
  };
}
