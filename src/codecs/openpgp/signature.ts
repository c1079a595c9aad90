import { hash, sign, verify } from 'node:crypto';
import type { PgpKey } from './key.ts';
import { readLength, readOnlyNumber, TAG, writeLength, writeNumber, writePacket } from './packets.ts';

/** Digests by their number in RFC 4880 section 9.4; anything weaker doesn't count. [PGP-9, PGP-11, PGP-15] */
const DIGESTS: ReadonlyMap<number, string> = new Map([
  [8, 'sha256'],
  [9, 'sha384'],
  [10, 'sha512'],
]);
const SHA_384 = 9;
const VERSION = 4;
const BINARY_DOCUMENT = 0;
const RSA = 1;

const SUBPACKET = {
  createdAt: 2,
  expiresAfter: 3,
  issuer: 16,
  issuerFingerprint: 33,
  intendedRecipient: 35,
} as const;
/** Critical ones that we know how to treat; a signature with another critical one doesn't count. */
const UNDERSTOOD: ReadonlySet<number> = new Set(Object.values(SUBPACKET));

/** A signature of version 4 (RFC 4880 section 5.2.3), not verified. */
export interface Signature {
  /** Who says to have made it; `undefined`: it doesn't say, or contradicts itself. */
  readonly keyId: string | undefined;
  readonly type: number;
  readonly algorithm: number;
  readonly digest: number;
  readonly createdAtMs: number;
  /** `undefined`: never. */
  readonly expiresAtMs: number | undefined;
  /** A critical subpacket that we don't understand. */
  readonly unknownCritical: boolean;
  /** Fingerprints of whom it was made for; empty: it doesn't say. */
  readonly intendedRecipients: readonly string[];
  /** The part of the packet that is signed too. */
  readonly hashed: Buffer;
  readonly digestStart: number;
  /** The signature's number, with its length. */
  readonly number: Buffer;
}

/** `undefined`: not a sound signature of version 4 with a date. */
export function readSignature(body: Buffer): Signature | undefined {
  if (body.length < 12 || body[0] !== VERSION) return undefined;
  const hashedEnd = 6 + body.readUInt16BE(4);
  if (hashedEnd + 2 > body.length) return undefined;
  const unhashedEnd = hashedEnd + 2 + body.readUInt16BE(hashedEnd);
  if (unhashedEnd + 2 > body.length) return undefined;
  const hashed = readSubpackets(body.subarray(6, hashedEnd));
  const unhashed = readSubpackets(body.subarray(hashedEnd + 2, unhashedEnd));
  if (!hashed || !unhashed) return undefined;

  const createdAtMs = readSeconds(hashed, SUBPACKET.createdAt);
  const expiresAfterMs = readSeconds(hashed, SUBPACKET.expiresAfter) ?? 0;
  if (createdAtMs === undefined || Number.isNaN(createdAtMs + expiresAfterMs)) return undefined;
  return {
    keyId: issuerOf([...hashed, ...unhashed]),
    type: body.readUInt8(1),
    algorithm: body.readUInt8(2),
    digest: body.readUInt8(3),
    createdAtMs,
    expiresAtMs: expiresAfterMs === 0 ? undefined : createdAtMs + expiresAfterMs,
    unknownCritical: hashed.some(({ critical, type }) => critical && !UNDERSTOOD.has(type)),
    intendedRecipients: hashed
      .filter(({ type }) => type === SUBPACKET.intendedRecipient)
      .map(({ data }) => data.toString('hex', 1)),
    hashed: body.subarray(0, hashedEnd),
    digestStart: body.readUInt16BE(unhashedEnd),
    number: body.subarray(unhashedEnd + 2),
  };
}

interface Subpacket {
  readonly type: number;
  readonly critical: boolean;
  readonly data: Buffer;
}

function readSubpackets(area: Buffer): Subpacket[] | undefined {
  const subpackets: Subpacket[] = [];
  let at = 0;
  while (at < area.length) {
    const length = readSubpacketLength(area, at);
    if (!length || length.value === 0 || length.end + length.value > area.length) return undefined;
    const head = area.readUInt8(length.end);
    const end = length.end + length.value;
    subpackets.push({ type: head & 0x7f, critical: head >= 0x80, data: area.subarray(length.end + 1, end) });
    at = end;
  }
  return subpackets;
}

/** Like a packet's length, but that there are no parts: the first bytes up to 254 begin a length of two. */
function readSubpacketLength(area: Buffer, at: number): { value: number; end: number } | undefined {
  const first = area.readUInt8(at);
  if (first < 192 || first === 255) return readLength(area, at);
  const second = area[at + 1];
  return second === undefined ? undefined : { value: ((first - 192) << 8) + second + 192, end: at + 2 };
}

/** `undefined`: not there. `NaN`: there twice, or not four bytes. */
function readSeconds(subpackets: readonly Subpacket[], wanted: number): number | undefined {
  const [found, again] = subpackets.filter(({ type }) => type === wanted);
  if (!found) return undefined;
  return found.data.length === 4 && !again ? found.data.readUInt32BE(0) * 1000 : Number.NaN;
}

function issuerOf(subpackets: readonly Subpacket[]): string | undefined {
  const keyIds = new Set<string>();
  for (const { type, data } of subpackets) {
    if (type === SUBPACKET.issuer) keyIds.add(data.toString('hex'));
    if (type === SUBPACKET.issuerFingerprint) keyIds.add(data.toString('hex', data.length - 8));
  }
  return keyIds.size === 1 ? [...keyIds][0] : undefined;
}

/** Whether the form of a signature is one that counts, whoever made it. */
export function formFault(
  signature: Signature,
): 'signature-type' | 'weak-digest' | 'critical-subpacket' | undefined {
  if (signature.type !== BINARY_DOCUMENT || signature.algorithm !== RSA) return 'signature-type';
  if (!DIGESTS.has(signature.digest)) return 'weak-digest';
  return signature.unknownCritical ? 'critical-subpacket' : undefined;
}

/** Whether `key` made this signature over exactly `data`. */
export function verifySignature(signature: Signature, data: Buffer, key: PgpKey): boolean {
  const digest = DIGESTS.get(signature.digest);
  const number = readOnlyNumber(signature.number, key.modulusBytes);
  if (digest === undefined || number === undefined) return false;
  const signed = Buffer.concat([data, signature.hashed, trailerOf(signature.hashed)]);
  if (hash(digest, signed, 'buffer').readUInt16BE(0) !== signature.digestStart) return false;
  return verify(digest, signed, key.key, number);
}

/** A signature over `data` with SHA-384, in its packet. [PGP-9] */
export function createSignature(data: Buffer, key: PgpKey, nowMs: number): Buffer {
  const createdAt = Buffer.alloc(4);
  createdAt.writeUInt32BE(Math.floor(nowMs / 1000));
  const fingerprint = Buffer.from(`04${key.fingerprint}`, 'hex');
  const hashed = Buffer.concat([
    Buffer.from([VERSION, BINARY_DOCUMENT, RSA, SHA_384]),
    writeArea(
      writeSubpacket(SUBPACKET.createdAt, createdAt),
      writeSubpacket(SUBPACKET.issuerFingerprint, fingerprint),
    ),
  ]);
  // The issuer's short id can be without protection: who forges it gets a signature that doesn't verify.
  const unhashed = writeArea(writeSubpacket(SUBPACKET.issuer, Buffer.from(key.keyId, 'hex')));
  const signed = Buffer.concat([data, hashed, trailerOf(hashed)]);
  const digestStart = hash('sha384', signed, 'buffer').subarray(0, 2);
  const number = writeNumber(sign('sha384', signed, key.key));
  return writePacket(TAG.signature, hashed, unhashed, digestStart, number);
}

/** Announces the signature that `createSignature` makes, ahead of the data (RFC 4880 section 5.4). */
export function createOnePass(key: PgpKey, last: boolean): Buffer {
  const head = Buffer.from([3, BINARY_DOCUMENT, SHA_384, RSA]);
  return writePacket(TAG.onePassSignature, head, Buffer.from(key.keyId, 'hex'), Buffer.from([last ? 1 : 0]));
}

function writeSubpacket(type: number, data: Buffer): Buffer {
  return Buffer.concat([writeLength(data.length + 1), Buffer.from([type]), data]);
}

function writeArea(...subpackets: readonly Buffer[]): Buffer {
  const area = Buffer.concat(subpackets);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(area.length);
  return Buffer.concat([length, area]);
}

/** Ends what is hashed: version, a fixed byte, and how long the signed part of the packet is. */
function trailerOf(hashed: Buffer): Buffer {
  const trailer = Buffer.from([VERSION, 0xff, 0, 0, 0, 0]);
  trailer.writeUInt32BE(hashed.length, 2);
  return trailer;
}
