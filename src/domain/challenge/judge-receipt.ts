import type { DeliveryReceipt } from '../../ports/delivery-receipt.ts';
import type { ReceiptDecision, ReceiptFacts, ReceivedText } from '../../ports/otp-store.ts';
import { moved } from './moved.ts';

/**
 * What a receipt makes of the challenge of its text, if it is certain which one that is and it says something new. Gateways
 * use ids again, and write one in several ways: under each key at most one text counts, the one whose id is written as in
 * the receipt, or else the newest. Pure.
 */
export function judgeReceipt(
  facts: ReceiptFacts,
  { receiptKey, state, gateway, detail }: DeliveryReceipt,
  nowMs: number,
): ReceiptDecision {
  const isWrittenSo = ({ gateway: by, messageId }: ReceivedText) =>
    messageId !== undefined && `${by}:${messageId}` === receiptKey;
  const chosen = (underKey: readonly ReceivedText[]) => underKey.find(isWrittenSo) ?? underKey[0] ?? [];
  const [text, ...others] = facts.texts.flatMap(chosen);
  if (text === undefined) return { record: { kind: 'unmatched' } };
  const another = [...others, ...facts.rivals.flatMap(chosen)].some(
    ({ challengeId }) => challengeId !== text.challengeId,
  );
  if (another) return { record: { kind: 'ambiguous' } };
  // What a phone has it keeps, whatever is told later.
  if (text.receipt === state || text.receipt === 'delivered') return { record: { kind: 'repeated' } };
  return {
    record: { kind: 'recorded', country: text.country, sinceSubmittedMs: nowMs - text.submittedAtMs },
    note: {
      challengeId: text.challengeId,
      state: isProof(text, state) ? moved(text.state, 'sent') : text.state,
      receipt: { state, atMs: nowMs },
      event: { atMs: nowMs, event: state, detail: `${gateway} ${detail}`.trim() },
    },
  };
}

/** Only what was taken can be delivered, or not; and a code that a phone has is out, whatever else is under way. [OQ-28] */
function isProof({ state }: ReceivedText, told: DeliveryReceipt['state']): boolean {
  return state === 'ambiguous' || (state === 'submitting' && told === 'delivered');
}
