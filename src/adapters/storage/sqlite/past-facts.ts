import type { Counted, IssueFacts, IssueOrder, Misstep, Sighting } from '../../../ports/otp-store.ts';
import { type Row, readCounted, readId, readOwnTexts } from '../rows/otp-rows.ts';
import type { OtpStatements } from './otp-statements.ts';

/** What the limits of an account and of its number are to judge by; `row` is that of this very request. */
export function gatherPast(
  sql: OtpStatements,
  { accountDigest, phoneNumberDigest, sinceMs }: IssueOrder,
  row: Row | undefined,
): Pick<IssueFacts, 'account' | 'phoneNumber' | 'ownTexts'> {
  // Row ids begin at 1.
  const own = row === undefined ? 0 : readId(row);
  const missteps = (subject: Uint8Array, kind: Misstep | Sighting | 'refused'): readonly Counted[] =>
    sql.findMissteps.all(subject, kind, sinceMs).map(readCounted);
  return {
    account: {
      texts: sql.findTextsOfAccount.all(accountDigest, sinceMs, own).map(readCounted),
      refusedTexts: missteps(accountDigest, 'refused'),
      wrongCodes: missteps(accountDigest, 'wrong'),
      uncomparedCodes: missteps(accountDigest, 'uncompared'),
      exhaustions: missteps(accountDigest, 'exhausted'),
      seen: missteps(accountDigest, 'seen'),
    },
    phoneNumber: {
      texts: sql.findTextsOfPhoneNumber.all(phoneNumberDigest, sinceMs, own).map(readCounted),
      refusedTexts: missteps(phoneNumberDigest, 'refused'),
    },
    ownTexts: row === undefined ? [] : readOwnTexts(row),
  };
}
