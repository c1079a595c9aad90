import { type Key, readKey } from 'openpgp';
import {
  type KeyBlock,
  KeyFileFault,
  mergeCopies,
  readKeyFile,
  readPublicBlock,
  revokedBy,
  SIGNATURE_ALONE,
} from './key-file.ts';

/**
 * The public parts of all keys of a file, armored, to hand to Google. They may be private or public, armored or binary,
 * and need no passphrase. [ENC-3, ENC-4] Throws if one of them is no key.
 */
export async function exportPublicKeys(bytes: Uint8Array): Promise<string> {
  const { blocks } = await readKeyFile(bytes);
  if (blocks.length === 0) throw new KeyFileFault(SIGNATURE_ALONE);
  const keys = await Promise.all(blocks.map((block) => readKey({ binaryKey: block.bytes })));
  return armorOf(keys);
}

/** Public keys as they are to be kept. */
export interface GatheredKeys {
  /** Armored. */
  readonly text: string;
  /** Fingerprints of those that are revoked. */
  readonly revoked: readonly string[];
}

/**
 * The public keys of a file with what other copies of the same keys add, revocations above all; and of the other copies
 * those that a revocation certificate in the file revokes. What can't be read is left out. Throws `KeyFileFault` if the
 * file holds neither.
 */
export async function gatherPublicKeys(
  bytes: Uint8Array,
  otherFiles: readonly Uint8Array[],
  nowMs: number,
): Promise<GatheredKeys> {
  const { blocks, signatures } = await readKeyFile(bytes);
  const keys = await publicKeysIn(blocks);
  const others = await Promise.all(
    otherFiles.map(async (file) =>
      readKeyFile(file).then(
        ({ blocks }) => publicKeysIn(blocks),
        () => [],
      ),
    ),
  );
  const wanted = new Set(keys.map((key) => key.getFingerprint()));
  for (const key of others.flat()) {
    const found = await Promise.all(signatures.map((signature) => revokedBy(signature, key, nowMs)));
    if (found.some((revoked) => revoked)) wanted.add(key.getFingerprint());
  }
  const copies = [...keys, ...others.flat().filter((key) => wanted.has(key.getFingerprint()))];
  const merged = await mergeCopies(
    copies.map((key) => ({ key })),
    signatures,
    nowMs,
  );
  const states = await Promise.all(
    merged.map(async ({ key }) => ({
      key,
      isRevoked: await key.isRevoked(undefined, undefined, new Date(nowMs)),
    })),
  );
  return {
    text: armorOf(states.map(({ key }) => key)),
    revoked: states.filter(({ isRevoked }) => isRevoked).map(({ key }) => key.getFingerprint()),
  };
}

async function publicKeysIn(blocks: readonly KeyBlock[]): Promise<readonly Key[]> {
  const keys = await Promise.all(blocks.filter(({ isPrivate }) => !isPrivate).map(readPublicBlock));
  return keys.filter((key) => key !== undefined);
}

const armorOf = (keys: readonly Key[]) => keys.map((key) => key.toPublic().armor()).join('');
