import { existsSync } from 'node:fs';
import { endCodes } from '../adapters/storage/sqlite/end-codes.ts';
import { readKeyChecks, secretsInUse, writeKeyChecks } from '../adapters/storage/sqlite/key-checks.ts';
import { openSqliteOtpStore } from '../adapters/storage/sqlite/otp-store.ts';
import { requireStore } from '../adapters/storage/sqlite/store-mark.ts';
import { keyChecksOf, keyFault } from '../domain/challenge/key-check.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import type { Config } from '../settings/load.ts';
import type { Settings } from '../settings/settings.ts';
import { type DataSettings, otpStoreFileOf } from '../wiring/data-files.ts';
import { keysOf } from '../wiring/policy.ts';

/**
 * What a start would refuse about the configured secrets; looks beside a running server. `undefined`: nothing, or there
 * is no store yet. Throws `UnavailableError` if the store can't be read.
 */
export async function secretsFault(
  settings: Pick<Settings, 'codes' | 'digests'> & DataSettings,
): Promise<string | undefined> {
  const location = otpStoreFileOf(settings);
  // A sandbox makes its secrets at its first start, and its store then.
  if (!existsSync(location.file) || settings.digests.secret.reveal() === '') return undefined;
  const store = openSqliteOtpStore({ ...location, readOnly: true });
  try {
    const { database } = store;
    return keyFault(
      readKeyChecks(database),
      keyChecksOf(keysOf(settings)),
      secretsInUse(database, Date.now()),
    )?.reason;
  } finally {
    await store.close();
  }
}

export interface SecretRotation {
  /** Whether the configured secrets are others than those that the store goes with. */
  readonly needed: boolean;
  /** Codes that are unused, and that a rotation ends. */
  readonly endedCodes: number;
}

/**
 * Has the store go with the digest secret (or the code secrets) of the configuration from now on, and ends every code
 * that was not used. With `dryRun` it only tells. Throws `UnavailableError`, with nothing changed, if a server
 * has the store, there is none, nobody knows its secrets, or the other kind of secret is another one too.
 */
export async function rotateSecrets(
  config: Config,
  about: 'digests' | 'codes',
  { dryRun }: { readonly dryRun: boolean },
): Promise<SecretRotation> {
  const location = otpStoreFileOf(config);
  requireStore({ ...location, environment: 'production', beside: undefined, newStore: false });
  const store = openSqliteOtpStore(location);
  try {
    const { database } = store;
    const now = keyChecksOf(keysOf(config));
    const known = readKeyChecks(database);
    const fault = keyFault(known, now, secretsInUse(database, Date.now()));
    if (fault === undefined && known === undefined) {
      throw new UnavailableError(
        `${location.file} was served by no version yet that notes its secrets: start the server once with those of ` +
          'before, and rotate then',
      );
    }
    if (fault === undefined) return { needed: false, endedCodes: 0 };
    // The checks of code secrets are taken under the digest secret, so with another one nothing can be said of them.
    if (fault.about !== about) {
      throw new UnavailableError(`${fault.reason}: gsp-otp secrets rotate-${fault.about} comes first`);
    }
    database.exec('BEGIN IMMEDIATE');
    const endedCodes = endCodes(database, { event: 'secretRotated', nowMs: Date.now() });
    writeKeyChecks(database, now);
    database.exec(dryRun ? 'ROLLBACK' : 'COMMIT');
    return { needed: true, endedCodes };
  } finally {
    await store.close();
  }
}
