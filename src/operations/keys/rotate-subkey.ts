import { type KeyKind, keyTraits } from '../../codecs/keys/key-kind.ts';
import type { Secret } from '../../ports/secret.ts';
import { formatOf, type KeyEntry, type KeySettings } from '../../wiring/keys.ts';
import { type NewKey, readKeySecret, type SubkeyFileOrder, UnusableKey, writeNewSubkey } from './files.ts';
import { proveNewKey } from './prove-new.ts';
import { withOurs } from './rotate.ts';
import { RotationRefused } from './rotation-refused.ts';

export interface SubkeyRotation {
  readonly key: NewKey;
  readonly passphrase: Secret | undefined;
  /** What `payload.KIND.ours` is to be from now on. */
  readonly entries: readonly KeyEntry[];
}

/**
 * Gives the one OpenPGP key of ours another encryption subkey. The key itself, and with it its fingerprint and its
 * signatures, stays; so do its older subkeys, until they expire. [PGP-7] Throws as `rotateKeys` does.
 */
export async function rotateSubkey(
  settings: KeySettings,
  kind: KeyKind,
  order: Pick<SubkeyFileOrder, 'validityDays' | 'directory' | 'nowMs'>,
): Promise<SubkeyRotation> {
  const [entry, ...others]: readonly KeyEntry[] = settings.payload[kind]?.ours ?? [];
  if (!keyTraits[kind].subkeys || !entry || others.length > 0)
    throw new RotationRefused('not-one-key', 'a subkey is added to the one OpenPGP key of ours');
  const { key: before, passphrase } = entry;
  const environment = settings.profile;
  const format = await formatOf(kind, settings.payload);
  const wanted = { ...order, privateKey: before, passphrase, environment };
  const key = await writeNewSubkey(wanted, format).catch((error: unknown) => {
    throw error instanceof UnusableKey ? new RotationRefused('several-in-file', error.message) : error;
  });
  const [file = ''] = key.privateFiles.map((written) => written.file);
  const after = readKeySecret(file);
  const entries = [{ ...entry, key: after }];
  await proveNewKey(key, withOurs(settings, kind, entries), [
    { atMs: order.nowMs, known: [before] },
    { atMs: order.nowMs, known: [after] },
  ]);
  return { key, passphrase, entries };
}
