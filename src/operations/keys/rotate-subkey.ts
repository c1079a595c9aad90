import type { Secret } from '../../ports/secret.ts';
import type { KeySettings } from '../../wiring/keys.ts';
import { type NewKey, readKeySecret, type SubkeyFileOrder, UnusableKey, writeNewSubkey } from './files.ts';
import { proveNewKey } from './prove-new.ts';
import { type KeyEntry, withOurs } from './rotate.ts';
import { RotationRefused } from './rotation-refused.ts';

export interface SubkeyRotation {
  readonly key: Omit<NewKey, 'revocationFile'>;
  readonly passphrase: Secret | undefined;
  /** What `payload.pgp.ours` is to be from now on. */
  readonly entries: readonly KeyEntry[];
}

/**
 * Gives the one OpenPGP key of ours another encryption subkey. The key itself, and with it its fingerprint and its
 * signatures, stays; so do its older subkeys, until they expire. [PGP-7] Throws as `rotateKeys` does.
 */
export async function rotateSubkey(
  settings: KeySettings,
  order: Pick<SubkeyFileOrder, 'validityDays' | 'directory' | 'nowMs'>,
): Promise<SubkeyRotation> {
  const [entry, ...others]: readonly KeyEntry[] = settings.payload.pgp?.ours ?? [];
  if (!entry || others.length > 0)
    throw new RotationRefused('not-one-key', 'a subkey is added to the one OpenPGP key of ours');
  const { key: before, passphrase } = entry;
  const environment = settings.profile;
  const key = await writeNewSubkey({ ...order, privateKey: before, passphrase, environment }).catch(
    (error: unknown) => {
      throw error instanceof UnusableKey ? new RotationRefused('several-in-file', error.message) : error;
    },
  );
  const [file = ''] = key.privateFiles.map((written) => written.file);
  const after = readKeySecret(file);
  const entries = [{ ...entry, key: after }];
  await proveNewKey(key, withOurs(settings, 'pgp', entries), [
    { atMs: order.nowMs, known: [before] },
    { atMs: order.nowMs, known: [after] },
  ]);
  return { key, passphrase, entries };
}
