import { readKeyChecks, secretsInUse, writeKeyChecks } from '../adapters/storage/sqlite/key-checks.ts';
import type { SqliteOtpStore } from '../adapters/storage/sqlite/otp-store.ts';
import { keyChecksOf, keyFault } from '../domain/challenge/key-check.ts';
import type { OtpKeys } from '../domain/challenge/otp-keys.ts';
import { UnavailableError } from '../ports/unavailable.ts';

/**
 * Throws `UnavailableError` if these secrets are not those that the store goes with: a mixed-up mount would forget every
 * limit and take repeated requests for changed ones. Otherwise they are noted in it. [OQ-72]
 */
export function requireKnownSecrets(store: SqliteOtpStore, keys: OtpKeys, file: string): void {
  const { database } = store;
  const now = keyChecksOf(keys);
  const fault = keyFault(readKeyChecks(database), now, secretsInUse(database, Date.now()));
  if (fault === undefined) {
    writeKeyChecks(database, now);
    return;
  }
  throw new UnavailableError(
    `${file}: ${fault.reason}. Is another one mounted? Put the right one there; or, if it was meant to be replaced, ` +
      `see what that forgets: gsp-otp secrets rotate-${fault.about}`,
  );
}
