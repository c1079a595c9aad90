import { createCipheriv, createDecipheriv, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { TAG, writePacket } from './packets.ts';

/** Ciphers by their number in RFC 4880 section 9.2. Nothing older than AES is read. [PGP-15] */
const CIPHERS: ReadonlyMap<number, { readonly name: string; readonly keyBytes: number }> = new Map([
  [7, { name: 'aes-128-cfb', keyBytes: 16 }],
  [8, { name: 'aes-192-cfb', keyBytes: 24 }],
  [9, { name: 'aes-256-cfb', keyBytes: 32 }],
]);
const AES_256 = 9;
/** Random block, and its last two bytes again. */
const PREFIX_BYTES = 18;
/** Header of the modification detection packet, and its SHA-1. */
const MDC_HEAD = Buffer.from([0xd3, 0x14]);
const MDC_BYTES = 22;
const ZERO_IV = Buffer.alloc(16);
const VERSION = Buffer.from([1]);

export interface SessionKey {
  /** One of 7, 8, 9. */
  readonly cipher: number;
  readonly key: Buffer;
}

/** As long as AES with a session key of this cipher wants it; `undefined`: not a cipher of ours. */
export function keyBytesOf(cipher: number): number | undefined {
  return CIPHERS.get(cipher)?.keyBytes;
}

/** A fresh key for one message. [PGP-10] */
export function createSessionKey(): SessionKey {
  return { cipher: AES_256, key: randomBytes(32) };
}

/** Encrypted data with integrity protection, version 1 (RFC 4880 section 5.13), in its packet. [PGP-14] */
export function encryptPackets(packets: Buffer, sessionKey: SessionKey): Buffer {
  const block = randomBytes(PREFIX_BYTES - 2);
  const protectedBytes = Buffer.concat([block, block.subarray(-2), packets, MDC_HEAD]);
  const cipher = createCipheriv(cipherName(sessionKey), sessionKey.key, ZERO_IV);
  const encrypted = Buffer.concat([
    cipher.update(protectedBytes),
    cipher.update(hash('sha1', protectedBytes, 'buffer')),
    cipher.final(),
  ]);
  return writePacket(TAG.encrypted, VERSION, encrypted);
}

/** Whether a body can be what `decryptPackets` reads: known version, room for prefix and integrity check. [PGP-14] */
export function isProtected(body: Buffer): boolean {
  return body[0] === VERSION[0] && body.length > VERSION.length + PREFIX_BYTES + MDC_BYTES;
}

/**
 * The packets within, if the session key fits; `undefined` else. Nothing is looked at before the whole has been
 * decrypted and its hash compared: the two repeated bytes of the prefix would tell an attacker something.
 */
export function decryptPackets(body: Buffer, sessionKey: SessionKey): Buffer | undefined {
  const decipher = createDecipheriv(cipherName(sessionKey), sessionKey.key, ZERO_IV);
  const plain = Buffer.concat([decipher.update(body.subarray(VERSION.length)), decipher.final()]);
  const hashed = plain.subarray(0, -20);
  const expected = Buffer.concat([MDC_HEAD, hash('sha1', hashed, 'buffer')]);
  const intact = timingSafeEqual(expected, plain.subarray(-MDC_BYTES));
  return intact ? plain.subarray(PREFIX_BYTES, -MDC_BYTES) : undefined;
}

function cipherName({ cipher }: SessionKey): string {
  const known = CIPHERS.get(cipher);
  if (!known) throw new TypeError(`no cipher has the number ${cipher}`);
  return known.name;
}
