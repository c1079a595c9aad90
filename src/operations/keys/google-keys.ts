import { readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { GoogleKeyFile } from '../../codecs/key-format.ts';
import { loadKeyFormat } from '../../codecs/key-formats.ts';
import { type KeyKind, keyTraits } from '../../codecs/keys/key-kind.ts';
import { KeyRingError, type RevokedKey, sentencesOf } from '../../codecs/keys/key-ring.ts';
import { isThere } from '../../ports/file-fault.ts';
import { makePrivateFolder } from '../../ports/private-folder.ts';
import { dayOf, kindOf, readKeyBytes, shortened } from './files.ts';

export interface GoogleKey extends Omit<GoogleKeyFile, 'passedOver'> {
  readonly kind: KeyKind;
  /** What of the file is passed over, each as a sentence. [OQ-79] */
  readonly passedOver: readonly string[];
}

/**
 * Reads public keys of Google's and checks them as the server will, with what is known from `directory` of the same keys:
 * a revocation that came once is not undone by an older copy. Throws `UnusableKey` if the server could use none of it,
 * `LeakedKey` if a private key is in it, and `RevokedKey`.
 */
export async function readGoogleKey(file: string, directory: string, nowMs: number): Promise<GoogleKey> {
  const bytes = readKeyBytes(file);
  const kind = kindOf(bytes);
  const format = await loadKeyFormat(kind);
  const kept = () => keptCopies(kind, directory);
  const read = await format.readGoogleKeys({ name: file, bytes }, kept, nowMs);
  checkUsable(read, nowMs);
  return { ...read, kind, passedOver: sentencesOf(read.passedOver) };
}

/** As the server will: of each purpose that the file has keys for there must be one that is good now or will be. */
function checkUsable({ keys, passedOver }: GoogleKeyFile, nowMs: number): void {
  if (keys.length === 0) throw new KeyRingError(sentencesOf(passedOver).join('; '));
  for (const purpose of new Set(keys.map((key) => key.purpose))) {
    const those = keys.filter((key) => key.purpose === purpose);
    if (those.some(({ expiresAtMs = Number.POSITIVE_INFINITY }) => expiresAtMs > nowMs)) continue;
    const states = those.map(
      ({ keyId, expiresAtMs = 0 }) =>
        `${keyId} expired on ${new Date(expiresAtMs).toISOString().slice(0, 10)}`,
    );
    throw new KeyRingError(`no key to ${purpose} with: ${states.join(', ')}`);
  }
}

export interface StoredKey {
  readonly file: string;
  /** Whether the very same was kept there before. */
  readonly wasKept: boolean;
}

/** Keeps keys of Google's in a file of their own, unless one of the directory holds them already. Never overwrites. */
export function storeGoogleKey(
  { kind, text, fingerprints }: Pick<GoogleKey, 'kind' | 'text' | 'fingerprints'>,
  directory: string,
  nowMs: number,
): StoredKey {
  return store(kind, text, `-${shortened(fingerprints[0] ?? '')}`, directory, nowMs);
}

/** Keeps a revocation, so that no older copy of the key is taken again. */
export function storeRevocation(
  { text, fingerprint }: RevokedKey,
  directory: string,
  nowMs: number,
): StoredKey {
  return store('pgp', text, `-${shortened(fingerprint)}.revoked`, directory, nowMs);
}

function store(kind: KeyKind, text: string, mark: string, directory: string, nowMs: number): StoredKey {
  const end = `${mark}.${keyTraits[kind].ending}`;
  makePrivateFolder(directory);
  const folder = resolve(directory);
  const begin = `google-${kind}-`;
  const kept = readdirSync(folder)
    .filter((name) => name.startsWith(begin) && name.endsWith(end))
    .map((name) => join(folder, name))
    .find((file) => bytesOf(file)?.toString('utf8') === text);
  if (kept !== undefined) return { file: kept, wasKept: true };
  return { file: writeNew(`${join(folder, begin)}${dayOf(nowMs)}`, end, text), wasKept: false };
}

/** A key may come more than once a day, each time with something new: with another beside it, a subkey, a later end. */
function writeNew(begin: string, end: string, text: string): string {
  for (let number = 1; ; number += 1) {
    const file = number === 1 ? `${begin}${end}` : `${begin}-${number}${end}`;
    try {
      writeFileSync(file, text, { mode: 0o644, flag: 'wx' });
      return file;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}

/** `undefined`: it isn't a file with a key. */
function bytesOf(file: string): Buffer | undefined {
  try {
    return readKeyBytes(file);
  } catch {
    return undefined;
  }
}

/** Keys of Google's that were imported before. What isn't one any more is passed over. */
function keptCopies(kind: KeyKind, directory: string): readonly Buffer[] {
  if (!isThere(directory)) return [];
  const end = `.${keyTraits[kind].ending}`;
  return readdirSync(directory)
    .filter((name) => name.startsWith(`google-${kind}-`) && name.endsWith(end))
    .flatMap((name) => bytesOf(join(directory, name)) ?? []);
}
