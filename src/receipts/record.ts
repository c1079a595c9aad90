import type { KeyObject } from 'node:crypto';
import { judgeReceipt } from '../domain/challenge/judge-receipt.ts';
import { momentOf } from '../domain/moment.ts';
import { receiptByDigest } from '../domain/receipt-digest.ts';
import type { Clock } from '../ports/clock.ts';
import type { DeliveryReceipt, ReceiptRecord, ReceiptSink } from '../ports/delivery-receipt.ts';
import type { OtpStore } from '../ports/otp-store.ts';

/** A phone can be faster than the answer of the gateway to whoever sent the text: that is waited for. */
const WAITS_MS = [100, 400, 1500];

/** So many receipts of unknown texts are kept while they wait; more are given up at once. */
const WAITING_MAX = 10_000;

export interface ReceiptRecorderParts {
  readonly store: Pick<OtpStore, 'recordReceipt'>;
  readonly clock: Clock;
  /** Of the server that texts are filed by. */
  readonly digestKey: KeyObject;
  /** Is told once of each receipt what came of it, or what was thrown. */
  readonly report: (receipt: DeliveryReceipt, came: ReceiptRecord | Error) => void;
}

export interface ReceiptRecorder {
  /** Where receipts go, whichever way they come. */
  readonly take: ReceiptSink;
  /** Looks once more for the texts of those that wait, and ends. Takes no more afterwards. */
  close(): Promise<void>;
}

/**
 * Records what gateways tell of texts. A receipt that comes before its text is recorded waits for it a little; whoever
 * brought it doesn't, for most of those belong to no text of ours and would keep others out. What waits is in memory only.
 */
export function createReceiptRecorder({
  store,
  clock,
  digestKey,
  report,
}: ReceiptRecorderParts): ReceiptRecorder {
  const waiting = new Map<object, { readonly receipt: DeliveryReceipt; cancel: () => void }>();
  const running = new Set<Promise<void>>();

  const look = (receipt: DeliveryReceipt) => {
    const { nowMs } = momentOf(clock);
    const filed = receiptByDigest(digestKey, receipt);
    return store.recordReceipt(filed, nowMs, (facts) => judgeReceipt(facts, filed, nowMs));
  };

  function wait(receipt: DeliveryReceipt, [waitMs, ...others]: readonly number[]): void {
    if (waitMs === undefined) {
      report(receipt, { kind: 'unmatched' });
      return;
    }
    const ticket = {};
    const cancel = clock.after(waitMs, () => {
      waiting.delete(ticket);
      start(lookAgain(receipt, others));
    });
    waiting.set(ticket, { receipt, cancel });
  }

  function start(work: Promise<void>): void {
    running.add(work);
    void work.finally(() => running.delete(work));
  }

  async function lookAgain(receipt: DeliveryReceipt, others: readonly number[]): Promise<void> {
    try {
      const record = await look(receipt);
      if (record.kind === 'unmatched') wait(receipt, others);
      else report(receipt, record);
    } catch (error) {
      if (others.length > 0) wait(receipt, others);
      else report(receipt, error instanceof Error ? error : new Error('thrown'));
    }
  }

  return {
    async take(receipt) {
      let record: ReceiptRecord;
      try {
        record = await look(receipt);
      } catch (error) {
        report(receipt, error instanceof Error ? error : new Error('thrown'));
        throw error;
      }
      if (record.kind === 'unmatched' && waiting.size < WAITING_MAX) wait(receipt, WAITS_MS);
      else report(receipt, record);
    },
    async close() {
      await Promise.all(running);
      for (const { receipt, cancel } of waiting.values()) {
        cancel();
        start(lookAgain(receipt, []));
      }
      waiting.clear();
      await Promise.all(running);
    },
  };
}
