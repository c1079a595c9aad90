import type { DeliveryReceipt, ReceiptRecord } from '../../../ports/delivery-receipt.ts';
import { eventLine, readReceiptSubject } from './otp-rows.ts';
import type { OtpStatements } from './otp-statements.ts';

/** Notes a receipt on the challenge of its text, if it is certain which one that is and it says something new. */
export function noteReceipt(sql: OtpStatements, receipt: DeliveryReceipt, nowMs: number): ReceiptRecord {
  const { receiptKey, otherKeys = [], rivalKeys = [] } = receipt;
  const rowsBy = (keys: readonly string[]) =>
    keys.map((key) => sql.findByReceiptKey.get(key, receiptKey)).filter((found) => found !== undefined);
  const [row, ...more] = rowsBy([receiptKey, ...otherKeys]);
  if (row === undefined) return { kind: 'unmatched' };
  const others = [...more, ...rowsBy(rivalKeys)];
  if (others.some((other) => other['id'] !== row['id'])) return { kind: 'ambiguous' };
  const { id, challengeState, country, submittedAtMs, receiptState } = readReceiptSubject(row);
  const { state, gateway, detail } = receipt;
  // What a phone has it keeps, whatever is told later.
  if (receiptState === state || receiptState === 'delivered') return { kind: 'repeated' };
  const event = eventLine({ atMs: nowMs, event: state, detail: `${gateway} ${detail}`.trim() });
  // Only what was taken can be delivered, or not. [OQ-28]
  const proven = challengeState === 'ambiguous' ? 'sent' : challengeState;
  sql.noteReceipt.run(state, nowMs, proven, event, id);
  return { kind: 'recorded', country, sinceSubmittedMs: nowMs - submittedAtMs };
}
