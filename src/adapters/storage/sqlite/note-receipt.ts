import type { ReceiptDecision, ReceiptFacts, ReceiptOrder } from '../../../ports/otp-store.ts';
import { eventLines, type Row, readId, readReceivedText } from '../rows/otp-rows.ts';
import type { OtpStatements } from './otp-statements.ts';

/** Finds the texts that a receipt may be about, and notes it on the one that it is about. */
export function noteReceipt(
  sql: OtpStatements,
  { keys, rivalKeys }: ReceiptOrder,
  decide: (facts: ReceiptFacts) => ReceiptDecision,
): ReceiptDecision {
  const rowsBy = (key: string) => sql.findByReceiptKey.all(key);
  const read = (rows: readonly Row[]) => rows.map(readReceivedText);
  const own = keys.map(rowsBy);
  const decision = decide({ texts: own.map(read), rivals: rivalKeys.map(rowsBy).map(read) });
  const { note } = decision;
  if (note === undefined) return decision;
  const row = own.flat().find((found) => found['challenge_id'] === note.challengeId);
  if (row === undefined) throw new TypeError('a receipt was noted on a text that is not there');
  const { receipt, state, event } = note;
  sql.noteReceipt.run(receipt.state, receipt.atMs, state, eventLines(event), readId(row));
  return decision;
}
