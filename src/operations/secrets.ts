import { judgeRotated } from '../domain/challenge/judge-end.ts';
import { keyChecksOf } from '../domain/challenge/key-check.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import type { Config } from '../settings/load.ts';
import type { Settings } from '../settings/settings.ts';
import { type StoreSettings, storeOf } from '../wiring/data-kinds.ts';
import { storedKeyFault } from '../wiring/known-secrets.ts';
import { keysOf } from '../wiring/policy.ts';

/**
 * What a start would refuse about the configured secrets; looks beside a running server. `undefined`: nothing, or there
 * is no store yet. Throws `UnavailableError` if the store can't be read.
 */
export async function secretsFault(
  settings: Pick<Settings, 'codes' | 'digests'> & StoreSettings,
): Promise<string | undefined> {
  // A sandbox makes its secrets at its first start, and its store then.
  if (settings.digests.secret.reveal() === '') return undefined;
  const { row, terms } = storeOf(settings);
  if ((await row.inspect(terms, 'serve')).fromVersion === 0) return undefined;
  const { store, keys } = await row.open(terms, 'read');
  try {
    const now = keyChecksOf(keysOf(settings));
    return (await storedKeyFault(keys, now))?.reason;
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
  const { row, terms } = storeOf(config);
  const where = row.where(terms);
  if ((await row.inspect(terms, 'serve')).fromVersion === 0) {
    throw new UnavailableError(`there is no store ${where} yet: start the server once`);
  }
  const { store, keys } = await row.open(terms, 'serve');
  try {
    const now = keyChecksOf(keysOf(config));
    const fault = await storedKeyFault(keys, now);
    if (fault === undefined && (await keys.checks()) === undefined) {
      throw new UnavailableError(
        `${where} was served by no version yet that notes its secrets: start the server once with those of ` +
          'before, and rotate then',
      );
    }
    if (fault === undefined) return { needed: false, endedCodes: 0 };
    // The checks of code secrets are taken under the digest secret, so with another one nothing can be said of them.
    if (fault.about !== about) {
      throw new UnavailableError(`${fault.reason}: gsp-otp secrets rotate-${fault.about} comes first`);
    }
    const nowMs = Date.now();
    const endedCodes = await keys.rotate(now, (code) => judgeRotated(code, nowMs), { dryRun });
    return { needed: true, endedCodes };
  } finally {
    await store.close();
  }
}
