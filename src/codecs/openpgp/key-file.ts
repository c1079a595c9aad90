import {
  armor,
  enums,
  type Key,
  type PrivateKey,
  readKey,
  readPrivateKey,
  revokeKey,
  unarmor,
} from 'openpgp';
import { readLength } from './packets.ts';

/** One key of a file, private or public, not looked into yet. */
export interface KeyBlock {
  readonly isPrivate: boolean;
  /** Its packets. */
  readonly bytes: Uint8Array;
}

export interface KeyFile {
  /** None only if there are signatures. */
  readonly blocks: readonly KeyBlock[];
  /** Those that follow no key, each a packet: a revocation certificate is one. */
  readonly signatures: readonly Uint8Array[];
  /** How many armored texts of the file are damaged, so that nothing can be said of what is in them. */
  readonly damaged: number;
}

/** Tags of RFC 4880 section 4.3 with which a key begins. */
const SECRET_KEY = 5;
const PUBLIC_KEY = 6;
const SIGNATURE = 2;

/** Text around armor doesn't matter, nor do line ends or a byte order mark. */
const ARMORED = /-----BEGIN PGP [A-Z ]+-----(?:(?!-----BEGIN PGP )[\s\S])*?-----END PGP [A-Z ]+-----/g;
const BEGINNING = /-----BEGIN PGP [A-Z ]+-----/g;

/** Of a file without a key. */
export const SIGNATURE_ALONE = 'holds no key but a signature alone, such as a revocation certificate';

/** What is wrong with a whole file, to go on from "the OpenPGP key FILE …". */
export class KeyFileFault extends Error {
  override readonly name = 'KeyFileFault';
}

/**
 * All keys that a file holds, armored (once or several times) or binary, and the revocation certificates beside them.
 * Throws `KeyFileFault` if there is neither.
 */
export async function readKeyFile(bytes: Uint8Array): Promise<KeyFile> {
  const text = Buffer.from(bytes).toString('latin1');
  const beginnings = text.match(BEGINNING)?.length ?? 0;
  const parts = beginnings === 0 ? [bytes] : await Promise.all((text.match(ARMORED) ?? []).map(dearmored));
  const split = parts.map((part) => part && splitKeys(part));
  const blocks = split.flatMap((found) => found?.blocks ?? []);
  const signatures = split.flatMap((found) => found?.signatures ?? []);
  if (blocks.length + signatures.length === 0)
    throw new KeyFileFault('is not an OpenPGP key of the kind that is due');
  const sound = split.filter((found) => found && found.blocks.length + found.signatures.length > 0).length;
  return { blocks, signatures, damaged: Math.max(beginnings, 1) - sound };
}

async function dearmored(text: string): Promise<Uint8Array | undefined> {
  try {
    const { data } = await unarmor(text);
    return data instanceof Uint8Array ? data : undefined;
  } catch {
    return undefined;
  }
}

/** `undefined`: not whole packets. */
function splitKeys(bytes: Uint8Array) {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts: { readonly at: number; readonly isPrivate: boolean }[] = [];
  const signatures: Uint8Array[] = [];
  for (let at = 0; at < buffer.length; ) {
    const head = readHead(buffer, at);
    if (!head || head.end > buffer.length) return undefined;
    if (head.tag === SIGNATURE && starts.length === 0) signatures.push(buffer.subarray(at, head.end));
    if (head.tag === SECRET_KEY || head.tag === PUBLIC_KEY)
      starts.push({ at, isPrivate: head.tag === SECRET_KEY });
    at = head.end;
  }
  const blocks = starts.map(({ at, isPrivate }, index): KeyBlock => {
    return { isPrivate, bytes: buffer.subarray(at, starts[index + 1]?.at) };
  });
  return { blocks, signatures };
}

/** Keys have no partial lengths. */
function readHead(bytes: Buffer, at: number): { readonly tag: number; readonly end: number } | undefined {
  const first = bytes.readUInt8(at);
  if (!(first & 0x80)) return undefined;
  if (first & 0x40) {
    const length = readLength(bytes, at + 1);
    return length && !length.partial ? { tag: first & 0x3f, end: length.end + length.value } : undefined;
  }
  const lengthBytes = [1, 2, 4, 0][first & 3] ?? 0;
  if (lengthBytes === 0 || at + 1 + lengthBytes > bytes.length) return undefined;
  return { tag: (first >> 2) & 0x0f, end: at + 1 + lengthBytes + bytes.readUIntBE(at + 1, lengthBytes) };
}

/** Every private key of a file. Throws `KeyFileFault`, also where one of them can't be read. */
export async function readPrivateKeys(bytes: Uint8Array): Promise<readonly PrivateKey[]> {
  const { blocks, damaged } = await readKeyFile(bytes);
  if (blocks.length === 0) throw new KeyFileFault(SIGNATURE_ALONE);
  if (damaged > 0 || !blocks.every(({ isPrivate }) => isPrivate))
    throw new KeyFileFault('is not an OpenPGP key of the kind that is due');
  try {
    // Copies: the numbers of a key that the library reads are parts of what it is given, and are overwritten after use.
    return await Promise.all(
      blocks.map(({ bytes: own }) => readPrivateKey({ binaryKey: Uint8Array.from(own) })),
    );
  } catch (cause) {
    throw new KeyFileFault('is not an OpenPGP key of the kind that is due', { cause });
  }
}

/** The key of a block; `undefined`: of a version or algorithm that isn't read, or damaged. */
export async function readPublicBlock({ bytes }: KeyBlock): Promise<Key | undefined> {
  try {
    return await readKey({ binaryKey: bytes });
  } catch {
    return undefined;
  }
}

/** The public key with its revocation, if the signature is one of this very key; else `undefined`. */
export async function revokedBy(signature: Uint8Array, key: Key, nowMs: number): Promise<Key | undefined> {
  const revocationCertificate = armor(enums.armor.publicKey, signature);
  try {
    const { publicKey } = await revokeKey({
      key: key.toPublic(),
      revocationCertificate,
      date: new Date(nowMs),
      format: 'object',
    });
    return publicKey;
  } catch {
    return undefined;
  }
}

/**
 * What several copies of one key say together, and the signatures beside them: a copy that lacks the revocation of
 * another doesn't undo it. `copies` may be of different certificates; the result has each once, in the order of their
 * first copies.
 */
export async function mergeCopies<Copy extends { readonly key: Key }>(
  copies: readonly Copy[],
  signatures: readonly Uint8Array[],
  nowMs: number,
): Promise<readonly { readonly key: Key; readonly copies: readonly Copy[] }[]> {
  const merged = new Map<string, { key: Key; copies: Copy[] }>();
  for (const copy of copies) {
    const fingerprint = copy.key.getFingerprint();
    const known = merged.get(fingerprint);
    if (known) {
      known.key = await known.key.update(copy.key, new Date(nowMs));
      known.copies.push(copy);
    } else {
      merged.set(fingerprint, { key: copy.key, copies: [copy] });
    }
  }
  for (const entry of merged.values()) {
    for (const signature of signatures) {
      // Once is enough: the same text is to come of the same keys.
      if (await entry.key.isRevoked(undefined, undefined, new Date(nowMs))) break;
      entry.key = (await revokedBy(signature, entry.key, nowMs)) ?? entry.key;
    }
  }
  return [...merged.values()];
}
