import type { Erased, EraseOrder } from '../../../ports/otp-store.ts';
import { eventLines, readErased } from '../rows/otp-rows.ts';
import type { OtpStatements } from './otp-statements.ts';

/** See `OtpStore.erase`. Within a step. */
export function eraseIn(sql: OtpStatements, { of: { kind, digest }, event }: EraseOrder): Erased {
  const [erase, kept] =
    kind === 'account'
      ? [sql.eraseAccount, sql.keptOfAccount]
      : [sql.erasePhoneNumber, sql.keptOfPhoneNumber];
  erase.run(eventLines(event), digest);
  return readErased(kept.get(digest, digest) ?? {});
}
