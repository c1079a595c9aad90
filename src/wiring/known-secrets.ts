import type { KeyRecord } from '../adapters/storage/key-record.ts';
import {
  type KeyChecks,
  type KeyFault,
  keyChecksOf,
  keyFault,
  secretsInUse,
} from '../domain/challenge/key-check.ts';
import type { OtpKeys } from '../domain/challenge/otp-keys.ts';
import { UnavailableError } from '../ports/unavailable.ts';

/**
 * Throws `UnavailableError` if these secrets are not those that the store goes with: a mixed-up mount would forget every
 * limit and take repeated requests for changed ones. Otherwise they are noted in it. [OQ-72]
 */
export async function requireKnownSecrets(record: KeyRecord, keys: OtpKeys, where: string): Promise<void> {
  const now = keyChecksOf(keys);
  const fault = await storedKeyFault(record, now);
  if (fault === undefined) return record.note(now);
  throw new UnavailableError(
    `${where}: ${fault.reason}. Is another one mounted? Put the right one there: all servers of a store ` +
      `need the same. Or, if it was meant to be replaced, ` +
      `see what that forgets: gsp-otp secrets rotate-${fault.about}`,
  );
}

/** Why the store must not be served with secrets that have the checks `now`. `undefined`: it may. */
export async function storedKeyFault(
  record: Pick<KeyRecord, 'checks' | 'codesBySecret'>,
  now: KeyChecks,
): Promise<KeyFault | undefined> {
  return keyFault(await record.checks(), now, secretsInUse(await record.codesBySecret(), Date.now()));
}
