import type {
  DeliveryReceipt,
  ReceiptCall,
  ReceiptReader,
  ReceiptRecord,
} from '../ports/delivery-receipt.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import { ReceiptRecorder, type ReceiptRecorderParts } from './record.ts';
import type { ReceiptReport } from './report.ts';

export interface ReceiptParts extends Omit<ReceiptRecorderParts, 'report'> {
  /** Is told once of everything that came, whichever way: for the log and the counters. */
  readonly report: (report: ReceiptReport) => void;
}

/** What came of a call: `taken` is all that need not be repeated. */
export type CallTaken = 'taken' | 'unauthenticated' | 'unreadable' | 'unavailable' | 'bug';

/**
 * What gateways tell of texts that they took: over HTTP a gateway calls, over a session it delivers. Both end here, are
 * recorded in the same way and told of once, in the same words.
 */
export class Receipts {
  /** Tells of what came without a receipt. */
  readonly report: (report: ReceiptReport) => void;
  readonly #recorder: ReceiptRecorder;

  constructor({ report, ...parts }: ReceiptParts) {
    this.report = report;
    this.#recorder = new ReceiptRecorder({
      ...parts,
      report: (receipt, came) => report(reportOf(receipt, came)),
    });
  }

  /** Takes what a session delivered; a `ReceiptSink`, to be passed by itself. */
  readonly take = (receipt: DeliveryReceipt): Promise<void> => this.#recorder.take(receipt);

  /**
   * Takes what came over HTTP, if it is proved. Never throws: what was thrown is told of. `onProved` is told as soon as it is
   * certain that the gateway made the call.
   */
  async takeCall(
    gateway: string,
    reader: ReceiptReader,
    call: ReceiptCall,
    onProved: () => void,
  ): Promise<CallTaken> {
    try {
      const reading = await reader(call);
      if (reading.kind !== 'receipts') {
        this.report({ gateway, outcome: reading.kind });
        return reading.kind;
      }
      onProved();
      if (reading.receipts.length === 0) this.report({ gateway, outcome: 'not-final' });
      const takings = await Promise.allSettled(reading.receipts.map(this.take));
      const failed = takings.find((taking) => taking.status === 'rejected');
      return failed === undefined ? 'taken' : failureOf(failed.reason);
    } catch (error) {
      const cause = error instanceof Error ? error : new Error('thrown');
      const outcome = failureOf(error);
      this.report({ gateway, outcome, cause });
      return outcome;
    }
  }

  /** Looks once more for the texts of those that wait, and ends. Takes no more afterwards. */
  close(): Promise<void> {
    return this.#recorder.close();
  }
}

function reportOf(receipt: DeliveryReceipt, came: ReceiptRecord | Error): ReceiptReport {
  const { gateway } = receipt;
  if (came instanceof Error) return { gateway, outcome: failureOf(came), receipt, cause: came };
  const { kind: outcome, ...more } = came;
  return { gateway, outcome, receipt, ...more };
}

function failureOf(thrown: unknown): 'unavailable' | 'bug' {
  return thrown instanceof UnavailableError ? 'unavailable' : 'bug';
}
