import { judgeEnd } from '../../src/domain/challenge/judge-end.ts';
import { judgeReceipt } from '../../src/domain/challenge/judge-receipt.ts';
import { judgeClaim } from '../../src/domain/judge-claim.ts';
import type { DeliveryReceipt, ReceiptRecord } from '../../src/ports/delivery-receipt.ts';
import type { CompletionDecision, OtpStore, RequestSubject } from '../../src/ports/otp-store.ts';
import { type Completion, MINUTE } from './otp-orders.ts';

/** Records an answer as the rules have it. */
export function completeRequest(
  store: Pick<OtpStore, 'complete'>,
  completion: Completion,
): Promise<CompletionDecision> {
  const { state, answer, reason, ...order } = completion;
  const recorded = { kind: 'answer', request: { state, answer, reason } } as const;
  return store.complete(order, (request) => judgeClaim(request, order) ?? recorded);
}

/** Notes a receipt as the rules have it; its keys are taken as they are. */
export async function noteReceipt(
  store: Pick<OtpStore, 'recordReceipt'>,
  receipt: DeliveryReceipt,
  nowMs: number,
): Promise<ReceiptRecord> {
  const { receiptKey, otherKeys = [], rivalKeys = [] } = receipt;
  const order = { keys: [receiptKey, ...otherKeys], rivalKeys };
  return (await store.recordReceipt(order, (facts) => judgeReceipt(facts, receipt, nowMs))).record;
}

/** Ends the live codes of an account or a number as the rules have it. */
export function endCodes(
  store: Pick<OtpStore, 'endCodes'>,
  of: RequestSubject,
  nowMs: number,
): Promise<number> {
  return store.endCodes({ of, sinceMs: nowMs - 10 * MINUTE }, (code) => judgeEnd(code, nowMs));
}
