import type { GoogleKeyFile } from '../key-format.ts';
import { LeakedKey, RevokedKey, sentencesOf } from '../keys/key-ring.ts';
import type { KeySource } from '../keys/key-source.ts';
import { gatherPublicKeys } from './export.ts';
import { readPgpKeyRing } from './keys.ts';

/**
 * Public keys of Google's with what copies that came earlier add: a revocation that came once is not undone by an older
 * copy. Throws `LeakedKey` if a private key is in the file, and `RevokedKey` if all that is left is revoked.
 */
export async function importPgpKeys(
  { name, bytes }: KeySource,
  kept: () => readonly Uint8Array[],
  nowMs: number,
): Promise<GoogleKeyFile> {
  const rules = { ours: [], purposes: [], graceMs: 0, nowMs };
  const asTheyCame = await readPgpKeyRing({ ...rules, google: [{ name, bytes }] });
  const leaked = asTheyCame.passedOver.filter(({ fault }) => fault === 'leaked');
  // Nothing of a file is kept in which somebody sent a private key: whoever sent it has to be told.
  if (leaked.length > 0) throw new LeakedKey(sentencesOf(leaked).join('; '));
  const { text, revoked } = await gatherPublicKeys(bytes, kept(), nowMs);
  if (text === '')
    return { keys: asTheyCame.keys, passedOver: asTheyCame.passedOver, text, fingerprints: [], needs: [] };
  const ring = await readPgpKeyRing({ ...rules, google: [{ name, bytes: Buffer.from(text) }] });
  const [fingerprint] = revoked;
  if (ring.keys.length === 0 && fingerprint !== undefined)
    throw new RevokedKey(sentencesOf(ring.passedOver).join('; '), text, fingerprint);
  // What couldn't be read isn't in the text any more, but is to be named.
  const named = asTheyCame.passedOver.filter(
    ({ key, fault }) =>
      !ring.passedOver.some((other) => other.key === key) &&
      (fault === 'unread' || (fault === 'stray' && revoked.length === 0)),
  );
  return {
    keys: ring.keys,
    passedOver: [...named, ...ring.passedOver],
    text,
    fingerprints: [...new Set(ring.keys.map(({ certificate }) => certificate))],
    needs: [],
  };
}
