import { type Key, readKey } from 'openpgp';
import { type KeyBlock, mergeCopies, readKeyFile, readPublicBlock } from './pgp-key-file.ts';

/**
 * The public parts of all keys of a file, armored, to hand to the peer. They may be private or public, armored or binary,
 * and need no passphrase. [ENC-3, ENC-4] Throws if one of them is no key.
 */
export async function exportPublicKeys(bytes: Uint8Array): Promise<string> {
  const { blocks } = await readKeyFile(bytes);
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
 * The public keys of a file with what other copies of the same keys add, revocations above all. What can't be read is
 * left out. Throws `KeyFileFault` if the file holds no key.
 */
export async function gatherPublicKeys(
  bytes: Uint8Array,
  otherFiles: readonly Uint8Array[],
  nowMs: number,
): Promise<GatheredKeys> {
  const keys = await publicKeysIn((await readKeyFile(bytes)).blocks);
  const wanted = new Set(keys.map((key) => key.getFingerprint()));
  const others = await Promise.all(
    otherFiles.map(async (file) =>
      readKeyFile(file).then(
        ({ blocks }) => publicKeysIn(blocks),
        () => [],
      ),
    ),
  );
  const copies = [...keys, ...others.flat().filter((key) => wanted.has(key.getFingerprint()))];
  const merged = await mergeCopies(
    copies.map((key) => ({ key })),
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
