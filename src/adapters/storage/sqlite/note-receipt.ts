import type { DeliveryReceipt, ReceiptRecord } from '../../../ports/delivery-receipt.ts';
import type { ReceiptDecision, ReceiptFacts } from '../../../ports/otp-store.ts';
import { eventLine, readId, readReceivedText } from './otp-rows.ts';
import type { OtpStatements } from './otp-statements.ts';

/** Finds the texts that a receipt may be about, and notes it on the one that it is about. */
export function noteReceipt(
  sql: OtpStatements,
  { receiptKey, otherKeys = [], rivalKeys = [], state }: DeliveryReceipt,
  nowMs: number,
  decide: (facts: ReceiptFacts) => ReceiptDecision,
): ReceiptRecord {
  const rowsBy = (keys: readonly string[]) =>
    keys.map((key) => sql.findByReceiptKey.get(key, receiptKey)).filter((found) => found !== undefined);
  const own = rowsBy([receiptKey, ...otherKeys]);
  const { record, note } = decide({
    texts: own.map(readReceivedText),
    rivals: rowsBy(rivalKeys).map(readReceivedText),
  });
  const row = own.find((found) => found['challenge_id'] === note?.challengeId);
  if (note !== undefined && row !== undefined) {
    sql.noteReceipt.run(state, nowMs, note.state, eventLine(note.event), readId(row));
  }
  return record;
}
