import type { DeliveryReceipt } from '../../ports/delivery-receipt.ts';
import type { ReceiptDecision, ReceiptFacts } from '../../ports/otp-store.ts';
import { moved } from './moved.ts';

/** What a receipt makes of the challenge of its text, if it is certain which one that is and it says something new. Pure. */
export function judgeReceipt(
  { texts: [text, ...others], rivals }: ReceiptFacts,
  { state, gateway, detail }: DeliveryReceipt,
  nowMs: number,
): ReceiptDecision {
  if (text === undefined) return { record: { kind: 'unmatched' } };
  const another = [...others, ...rivals].some(({ challengeId }) => challengeId !== text.challengeId);
  if (another) return { record: { kind: 'ambiguous' } };
  // What a phone has it keeps, whatever is told later.
  if (text.receipt === state || text.receipt === 'delivered') return { record: { kind: 'repeated' } };
  return {
    record: { kind: 'recorded', country: text.country, sinceSubmittedMs: nowMs - text.submittedAtMs },
    note: {
      challengeId: text.challengeId,
      // Only what was taken can be delivered, or not. [OQ-28]
      state: text.state === 'ambiguous' ? moved(text.state, 'sent') : text.state,
      event: { atMs: nowMs, event: state, detail: `${gateway} ${detail}`.trim() },
    },
  };
}
