import { constants, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { createSessionKey, keyBytesOf, type SessionKey } from './encryption.ts';
import type { PgpKey } from './key.ts';
import { readOnlyNumber, TAG, writeNumber, writePacket } from './packets.ts';

const VERSION = 3;
const HEAD_BYTES = 10;
const RSA = 1;
const WILDCARD = '0000000000000000';
const KEY_BYTES_MAX = 32;

/** One recipient of a message: a session key encrypted with RSA (RFC 4880 section 5.1). */
export interface Recipient {
  /** 16 lower-case hexadecimal digits; all 0: the sender doesn't say. */
  readonly keyId: string;
  readonly algorithm: number;
  /** The encrypted number, with its length. */
  readonly encrypted: Buffer;
}

/** `undefined`: not a recipient packet of version 3. */
export function readRecipient(body: Buffer): Recipient | undefined {
  if (body.length <= HEAD_BYTES || body[0] !== VERSION) return undefined;
  return {
    keyId: body.toString('hex', 1, 9),
    algorithm: body.readUInt8(9),
    encrypted: body.subarray(HEAD_BYTES),
  };
}

export function writeRecipient(sessionKey: SessionKey, key: PgpKey): Buffer {
  const checksum = Buffer.alloc(2);
  checksum.writeUInt16BE(checksumOf(sessionKey.key));
  const encoded = Buffer.concat([Buffer.from([sessionKey.cipher]), sessionKey.key, checksum]);
  const encrypted = publicEncrypt({ key: key.key, padding: constants.RSA_PKCS1_PADDING }, encoded);
  const head = Buffer.concat([Buffer.from([VERSION]), Buffer.from(key.keyId, 'hex'), Buffer.from([RSA])]);
  return writePacket(TAG.sessionKey, head, writeNumber(encrypted));
}

/** A recipient and a key of ours that may open it. */
export interface Attempt {
  readonly key: PgpKey;
  /** As long as the key's modulus. */
  readonly encrypted: Buffer;
  /** Whether the message names the key; else it is tried because it may be the one. */
  readonly named: boolean;
}

/**
 * Which keys to try on which recipients: those that are named first, then each key on each recipient that is not
 * named, `attemptsMax` at most, so that a message can't have us compute at will.
 */
export function planAttempts(
  recipients: readonly Recipient[],
  keys: readonly PgpKey[],
  attemptsMax: number,
): Attempt[] {
  const attempts: Attempt[] = [];
  for (const wanted of ['named', 'hidden'] as const) {
    for (const { keyId, algorithm, encrypted } of recipients) {
      if (algorithm !== RSA) continue;
      for (const key of keys) {
        if (keyId !== (wanted === 'named' ? key.keyId : WILDCARD)) continue;
        const number = readOnlyNumber(encrypted, key.modulusBytes);
        if (number) attempts.push({ key, encrypted: number, named: wanted === 'named' });
      }
    }
  }
  return attempts.slice(0, attemptsMax);
}

/**
 * The session key that a recipient packet holds. It always yields one: where the padding, the cipher or the checksum
 * is wrong it is a random key, with which decryption goes on and fails on integrity like any other. The steps don't
 * depend on what was wrong, and OpenSSL itself answers bad padding with random bytes of random length. So neither the
 * answer nor its time tells whether a ciphertext was well padded.
 */
export function decryptSessionKey({ key, encrypted }: Pick<Attempt, 'key' | 'encrypted'>): SessionKey {
  const random = createSessionKey();
  const decoded = Buffer.alloc(1 + KEY_BYTES_MAX + 2);
  const decodedBytes = decryptNumber(key, encrypted, decoded);
  const keyBytes = keyBytesOf(decoded.readUInt8(0)) ?? 0;
  const sessionKey = decoded.subarray(1, 1 + keyBytes);
  const cipherFits = Number(keyBytes > 0);
  const lengthFits = Number(decodedBytes === 1 + keyBytes + 2);
  const checksumFits = Number(decoded.readUInt16BE(1 + keyBytes) === checksumOf(sessionKey));
  const fits = cipherFits & lengthFits & checksumFits;
  return fits === 1 ? { cipher: decoded.readUInt8(0), key: sessionKey } : random;
}

/** Puts what was encrypted into `target` and returns how long it was. */
function decryptNumber({ key }: PgpKey, encrypted: Buffer, target: Buffer): number {
  try {
    const decoded = privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, encrypted);
    decoded.copy(target);
    return decoded.length;
  } catch {
    // Only a number above the modulus comes here, which its sender knows without us.
    randomBytes(target.length).copy(target);
    return 0;
  }
}

function checksumOf(key: Buffer): number {
  let sum = 0;
  for (const byte of key) sum += byte;
  return sum & 0xffff;
}
