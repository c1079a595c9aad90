import type { DeliveryReceipt, ReceiptCall, ReceiptReader } from '../../../ports/delivery-receipt.ts';
import { formOf, jsonOf, queryOf, receiptOf, referenceIn } from '../shared/receipt-call.ts';
import { isProved } from '../shared/receipt-proof.ts';
import { memberAt, shownAt } from '../shared/verdict.ts';
import type { GenericSettings } from './settings.ts';

export type GenericReceipts = NonNullable<GenericSettings['receipts']>;

/** Reads the receipts of any gateway that settings describe. */
export function createGenericReader(gateway: string, settings: GenericReceipts): ReceiptReader {
  return async (call) => {
    if (!isProved(call, gateway, settings.proof)) return { kind: 'unauthenticated' };
    const reports = reportsIn(call, settings);
    if (reports === undefined) return { kind: 'unreadable' };
    // A report without a state is none; an empty list is one that says nothing.
    const readable = reports.every((report) => shownAt(report, settings.statePath) !== undefined);
    if (!readable) return { kind: 'unreadable' };
    const receipts = reports.flatMap((report) => readReport(call, gateway, settings, report) ?? []);
    return { kind: 'receipts', receipts };
  };
}

/** Whether receipts name a text by our reference. If not, they name it by the gateway's message id. */
export function echoesReference({ proof, referencePath }: GenericReceipts): boolean {
  return proof.kind === 'signed-url' || referencePath !== undefined;
}

function reportsIn(call: ReceiptCall, { from, listPath }: GenericReceipts): readonly unknown[] | undefined {
  if (from !== 'json') {
    const fields = from === 'form' ? formOf(call) : queryOf(call);
    return [Object.fromEntries(fields)];
  }
  const body = jsonOf(call);
  if (listPath === undefined) return Array.isArray(body) ? body : [body];
  const list = memberAt(body, ...listPath.split('.'));
  return Array.isArray(list) ? list : undefined;
}

function readReport(
  call: ReceiptCall,
  gateway: string,
  settings: GenericReceipts,
  report: unknown,
): DeliveryReceipt | undefined {
  const value = shownAt(report, settings.statePath) ?? '';
  const state = settings.delivered.includes(value)
    ? 'delivered'
    : settings.undelivered.includes(value)
      ? 'undelivered'
      : undefined;
  const words = [value, shownAt(report, settings.detailPath)];
  return receiptOf(gateway, nameIn(call, settings, report), state, words);
}

function nameIn(call: ReceiptCall, settings: GenericReceipts, report: unknown): string | undefined {
  // The signature of the URL speaks for this reference and no other.
  if (settings.proof.kind === 'signed-url') return referenceIn(queryOf(call).get('reference'));
  if (settings.referencePath !== undefined) return referenceIn(shownAt(report, settings.referencePath));
  return shownAt(report, settings.messageIdPath);
}
