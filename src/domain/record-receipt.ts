import type { Clock } from '../ports/clock.ts';
import type { DeliveryReceipt, ReceiptRecord } from '../ports/delivery-receipt.ts';
import type { OtpStore } from '../ports/otp-store.ts';

/** A phone can be faster than the answer of the gateway to whoever sent the text: that is waited for. */
const WAITS_MS = [100, 400, 1500];

/**
 * Records what a gateway tells of a text. A receipt that comes before its text is recorded waits for it a little.
 * Throws `UnavailableError`, with nothing recorded, when the store is down.
 */
export async function recordReceipt(
  receipt: DeliveryReceipt,
  { store, clock }: { readonly store: Pick<OtpStore, 'recordReceipt'>; readonly clock: Clock },
): Promise<ReceiptRecord> {
  for (const waitMs of WAITS_MS) {
    const record = await store.recordReceipt(receipt, clock.steadyMs());
    if (record.kind !== 'unmatched') return record;
    await new Promise<void>((resolve) => clock.after(waitMs, resolve));
  }
  return store.recordReceipt(receipt, clock.steadyMs());
}
