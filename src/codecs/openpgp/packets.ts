/** Packet tags of RFC 4880 section 4.3 that our profile knows. */
export const TAG = {
  sessionKey: 1,
  signature: 2,
  onePassSignature: 4,
  compressed: 8,
  literal: 11,
  encrypted: 18,
} as const;

export interface Packet {
  readonly tag: number;
  readonly body: Buffer;
}

/** More than any real message has: recipients, signatures and their announcements. */
const PACKETS_MAX = 48;
/** More than the largest body has in parts of the least size that the standard asks of the first. */
const PARTS_MAX = 1024;

/** Only what carries data may come in parts or without a length. (RFC 4880 section 4.2.2.4; SE packets aren't read.) */
const STREAMED_TAGS: ReadonlySet<number> = new Set([TAG.compressed, TAG.literal, TAG.encrypted]);

/** Splits bytes into packets, old and new format. `undefined`: they are not a whole number of sound packets. */
export function readPackets(bytes: Buffer): Packet[] | undefined {
  const packets: Packet[] = [];
  let at = 0;
  while (at < bytes.length) {
    const first = bytes.readUInt8(at);
    if ((first & 0x80) === 0 || packets.length === PACKETS_MAX) return undefined;
    const read = first & 0x40 ? readNewFormat(bytes, at) : readOldFormat(bytes, at);
    if (read === undefined) return undefined;
    packets.push(read.packet);
    at = read.end;
  }
  return packets;
}

interface ReadPacket {
  readonly packet: Packet;
  readonly end: number;
}

function readOldFormat(bytes: Buffer, start: number): ReadPacket | undefined {
  const first = bytes.readUInt8(start);
  const tag = (first >> 2) & 0x0f;
  const lengthBytes = [1, 2, 4, 0][first & 3] ?? 0;
  const at = start + 1 + lengthBytes;
  if (at > bytes.length) return undefined;
  if (lengthBytes === 0) {
    if (!STREAMED_TAGS.has(tag)) return undefined;
    return { packet: { tag, body: bytes.subarray(at) }, end: bytes.length };
  }
  const end = at + bytes.readUIntBE(start + 1, lengthBytes);
  return end > bytes.length ? undefined : { packet: { tag, body: bytes.subarray(at, end) }, end };
}

function readNewFormat(bytes: Buffer, start: number): ReadPacket | undefined {
  const tag = bytes.readUInt8(start) & 0x3f;
  const parts: Buffer[] = [];
  let at = start + 1;
  for (;;) {
    const length = readLength(bytes, at);
    if (length === undefined || (length.partial && !STREAMED_TAGS.has(tag))) return undefined;
    const end = length.end + length.value;
    if (end > bytes.length || parts.length === PARTS_MAX) return undefined;
    parts.push(bytes.subarray(length.end, end));
    if (!length.partial) return { packet: { tag, body: joinParts(parts) }, end };
    at = end;
  }
}

function joinParts(parts: Buffer[]): Buffer {
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : Buffer.concat(parts);
}

export interface ReadLength {
  readonly value: number;
  readonly partial: boolean;
  readonly end: number;
}

/** A length of the new format, RFC 4880 section 4.2.2. `undefined`: the bytes end within it. */
export function readLength(bytes: Buffer, at: number): ReadLength | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < 192) return { value: first, partial: false, end: at + 1 };
  if (first < 224) {
    const second = bytes[at + 1];
    if (second === undefined) return undefined;
    return { value: ((first - 192) << 8) + second + 192, partial: false, end: at + 2 };
  }
  if (first < 255) return { value: 2 ** (first & 0x1f), partial: true, end: at + 1 };
  if (at + 5 > bytes.length) return undefined;
  return { value: bytes.readUInt32BE(at + 1), partial: false, end: at + 5 };
}

/** A packet of the new format with its length in front. */
export function writePacket(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from([0xc0 | tag]), writeLength(length), ...parts]);
}

export function writeLength(length: number): Buffer {
  if (length < 192) return Buffer.from([length]);
  if (length < 8384) return Buffer.from([((length - 192) >> 8) + 192, (length - 192) & 0xff]);
  const bytes = Buffer.alloc(5, 0xff);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

/**
 * The one big number that fills `bytes`, right-aligned in `size` bytes, as RSA in `node:crypto` wants it. `undefined`:
 * too long, another length than it says, or a bit count that is not exact, so that a number has one spelling only.
 */
export function readOnlyNumber(bytes: Buffer, size: number): Buffer | undefined {
  if (bytes.length < 3 || bytes.length > size + 2) return undefined;
  const bits = bytes.readUInt16BE(0);
  const digits = bytes.subarray(2);
  const exactBits = digits.length * 8 - Math.clz32(bytes.readUInt8(2)) + 24;
  return digits[0] !== 0 && bits === exactBits
    ? Buffer.concat([Buffer.alloc(size - digits.length), digits])
    : undefined;
}

export function writeNumber(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.alloc(0) : bytes.subarray(start);
  const head = Buffer.alloc(2);
  if (digits.length > 0) head.writeUInt16BE(digits.length * 8 - Math.clz32(digits.readUInt8(0)) + 24);
  return Buffer.concat([head, digits]);
}
