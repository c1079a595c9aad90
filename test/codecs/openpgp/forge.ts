import { hash, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { KeyRing } from '../../../src/codecs/keys/key-ring.ts';
import { createSessionKey, encryptPackets } from '../../../src/codecs/openpgp/encryption.ts';
import type { PgpKey } from '../../../src/codecs/openpgp/key.ts';
import { TAG, writeLength, writeNumber, writePacket } from '../../../src/codecs/openpgp/packets.ts';
import { writeRecipient } from '../../../src/codecs/openpgp/session-key.ts';
import { bodyOf, NOW_MS } from './vectors.ts';

/** The first usable key of a ring for a purpose. */
export function keyOf(ring: KeyRing<PgpKey>, purpose: PgpKey['purpose']): PgpKey {
  const [key] = ring.usable(purpose, NOW_MS);
  if (!key) throw new Error(`the ring has no key to ${purpose}`);
  return key;
}

/** Packets encrypted to a key, as a body: anything can be within. */
export function forgeBody(packets: Buffer, ...to: readonly PgpKey[]): Buffer {
  return bodyOf(forgeMessage(packets, ...to));
}

export function forgeMessage(packets: Buffer, ...to: readonly PgpKey[]): Buffer {
  const sessionKey = createSessionKey();
  return Buffer.concat([
    ...to.map((key) => writeRecipient(sessionKey, key)),
    encryptPackets(packets, sessionKey),
  ]);
}

export function literal(data: Uint8Array, format = 'b', name = ''): Buffer {
  const head = Buffer.from([format.charCodeAt(0), name.length, ...Buffer.from(name), 0, 0, 0, 0]);
  return writePacket(TAG.literal, head, data);
}

export function subpacket(type: number, data: Uint8Array, critical = false): Buffer {
  return Buffer.concat([writeLength(data.length + 1), Buffer.from([critical ? type | 0x80 : type]), data]);
}

export function seconds(ms: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(Math.floor(ms / 1000));
  return bytes;
}

/** What a forged signature differs in from a good one. */
export interface SignatureChange {
  readonly version?: number;
  readonly type?: number;
  readonly algorithm?: number;
  readonly digest?: number;
  /** The hashed subpackets; by default a date, now. */
  readonly hashed?: readonly Buffer[];
  /** The others; by default the issuer's key id. */
  readonly unhashed?: readonly Buffer[];
  readonly signingKey?: KeyObject;
  /** Changes the finished packet's body. */
  readonly edit?: (body: Buffer) => Buffer;
}

const DIGEST_NAMES: Readonly<Record<number, string>> = {
  1: 'md5',
  2: 'sha1',
  8: 'sha256',
  9: 'sha384',
  10: 'sha512',
  11: 'sha224',
};

/** A signature that verifies over `data`, whatever else it says. */
export function forgeSignature(data: Buffer, key: PgpKey, change: SignatureChange = {}): Buffer {
  const { version = 4, type = 0, algorithm = 1, digest = 9 } = change;
  const hashed = area(change.hashed ?? [subpacket(2, seconds(NOW_MS))]);
  const unhashed = area(change.unhashed ?? [subpacket(16, Buffer.from(key.keyId, 'hex'))]);
  const head = Buffer.concat([Buffer.from([version, type, algorithm, digest]), hashed]);
  const trailer = Buffer.from([version, 0xff, 0, 0, 0, 0]);
  trailer.writeUInt32BE(head.length, 2);
  const signed = Buffer.concat([data, head, trailer]);
  const name = DIGEST_NAMES[digest] ?? 'sha384';
  const start = hash(name, signed, 'buffer').subarray(0, 2);
  const number = writeNumber(sign(name, signed, change.signingKey ?? key.key));
  const body = Buffer.concat([head, unhashed, start, number]);
  return writePacket(TAG.signature, change.edit ? change.edit(body) : body);
}

function area(subpackets: readonly Buffer[]): Buffer {
  const joined = Buffer.concat(subpackets);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(joined.length);
  return Buffer.concat([length, joined]);
}

/** A packet that is no part of any message of ours. */
export const marker = writePacket(10, Buffer.from('PGP'));

/** Padding of any length that no reader knows. */
export const privateUse = writePacket(60, randomBytes(8));
