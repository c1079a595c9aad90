import type { DeliveryReceipt, ReceiptCall, ReceiptReader } from '../../../ports/delivery-receipt.ts';
import { jsonOf, queryOf, receiptOf, referenceIn } from '../shared/receipt-call.ts';
import { isProved, type ReceiptProof } from '../shared/receipt-proof.ts';
import { memberAt } from '../shared/verdict.ts';

/**
 * Group ids of `status`; the others, PENDING and ACCEPTED, are not final.
 * [infobip.com/docs/essentials/api-essentials/response-status-and-error-codes]
 */
const STATES: Readonly<Record<number, DeliveryReceipt['state']>> = {
  // UNDELIVERABLE
  2: 'undelivered',
  // DELIVERED
  3: 'delivered',
  // EXPIRED
  4: 'undelivered',
  // REJECTED
  5: 'undelivered',
};

/**
 * Reads Infobip's delivery reports, several in a call.
 * [infobip.com/docs/api/channels/sms/sms-messaging/logs-and-status-reports/receive-outbound-sms-message-report]
 */
export function createInfobipReader(gateway: string, proof: ReceiptProof): ReceiptReader {
  return async (call) => {
    if (!isProved(call, gateway, proof)) return { kind: 'unauthenticated' };
    const reports = memberAt(jsonOf(call), 'results');
    if (!Array.isArray(reports)) return { kind: 'unreadable' };
    const spokenFor = reports.filter((report) => speaksFor(call, proof, memberAt(report, 'messageId')));
    const receipts = spokenFor.flatMap((report) => readReport(gateway, report) ?? []);
    return { kind: 'receipts', receipts };
  };
}

function readReport(gateway: string, report: unknown): DeliveryReceipt | undefined {
  const reference = referenceIn(memberAt(report, 'messageId'));
  const state = STATES[Number(memberAt(report, 'status', 'groupId'))];
  const words = [memberAt(report, 'status', 'name'), memberAt(report, 'error', 'name')];
  return receiptOf(
    gateway,
    reference,
    state,
    words.filter((word) => word !== 'NO_ERROR'),
  );
}

/** A signed URL speaks for the one text that it was made for. */
function speaksFor(call: ReceiptCall, proof: ReceiptProof, messageId: unknown): boolean {
  return proof.kind !== 'signed-url' || queryOf(call).get('reference') === referenceIn(messageId);
}
