import type { Association } from '../../../ports/otp-store.ts';
import { readAssociation } from '../rows/association-row.ts';
import type { OtpStatements } from './otp-statements.ts';

/** `undefined`: none was asked for, or it is unknown. */
export function associationIn(sql: OtpStatements, digest: Uint8Array | undefined): Association | undefined {
  const row = digest && sql.findAssociation.get(digest);
  return row && readAssociation(row);
}

/** In the place of the one of its digest. */
export function keepAssociation(
  sql: OtpStatements,
  { digest, accountDigest, sealed, attempt, state, isTold, atMs }: Association,
): void {
  sql.associate.run(digest, accountDigest, sealed, attempt, state, Number(isTold), atMs);
}
