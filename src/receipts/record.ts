import type { KeyObject } from 'node:crypto';
import { judgeReceipt } from '../domain/challenge/judge-receipt.ts';
import { momentOf } from '../domain/moment.ts';
import { receiptOrder } from '../domain/receipt-digest.ts';
import type { Clock } from '../ports/clock.ts';
import type { DeliveryReceipt, ReceiptRecord } from '../ports/delivery-receipt.ts';
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

/**
 * Records what gateways tell of texts. A receipt that comes before its text is recorded waits for it a little; whoever
 * brought it doesn't, for most of those belong to no text of ours and would keep others out. What waits is in memory only.
 */
export class ReceiptRecorder {
  readonly #parts: ReceiptRecorderParts;
  readonly #waiting = new Map<object, { readonly receipt: DeliveryReceipt; cancel: () => void }>();
  readonly #running = new Set<Promise<void>>();

  constructor(parts: ReceiptRecorderParts) {
    this.#parts = parts;
  }

  /** As a `ReceiptSink` does. */
  async take(receipt: DeliveryReceipt): Promise<void> {
    const { report } = this.#parts;
    let record: ReceiptRecord;
    try {
      record = await this.#look(receipt);
    } catch (error) {
      report(receipt, asError(error));
      throw error;
    }
    if (record.kind === 'unmatched' && this.#waiting.size < WAITING_MAX) this.#wait(receipt, WAITS_MS);
    else report(receipt, record);
  }

  /** Looks once more for the texts of those that wait, and ends. Takes no more afterwards. */
  async close(): Promise<void> {
    await Promise.all(this.#running);
    for (const { receipt, cancel } of this.#waiting.values()) {
      cancel();
      this.#start(this.#lookAgain(receipt, []));
    }
    this.#waiting.clear();
    await Promise.all(this.#running);
  }

  async #look(receipt: DeliveryReceipt): Promise<ReceiptRecord> {
    const { store, clock, digestKey } = this.#parts;
    const { nowMs } = momentOf(clock);
    const order = receiptOrder(digestKey, receipt);
    return (await store.recordReceipt(order, (facts) => judgeReceipt(facts, receipt, nowMs))).record;
  }

  #wait(receipt: DeliveryReceipt, [waitMs, ...others]: readonly number[]): void {
    if (waitMs === undefined) {
      this.#parts.report(receipt, { kind: 'unmatched' });
      return;
    }
    const ticket = {};
    const cancel = this.#parts.clock.after(waitMs, () => {
      this.#waiting.delete(ticket);
      this.#start(this.#lookAgain(receipt, others));
    });
    this.#waiting.set(ticket, { receipt, cancel });
  }

  #start(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  async #lookAgain(receipt: DeliveryReceipt, others: readonly number[]): Promise<void> {
    const { report } = this.#parts;
    try {
      const record = await this.#look(receipt);
      if (record.kind === 'unmatched') this.#wait(receipt, others);
      else report(receipt, record);
    } catch (error) {
      if (others.length > 0) this.#wait(receipt, others);
      else report(receipt, asError(error));
    }
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('thrown');
}
