import { deflateRawSync, deflateSync } from 'node:zlib';
import type { KeyRing } from '../../../src/codecs/keys/key-ring.ts';
import { writeArmor } from '../../../src/codecs/openpgp/armor.ts';
import { encryptPackets, type SessionKey } from '../../../src/codecs/openpgp/encryption.ts';
import type { PgpKey } from '../../../src/codecs/openpgp/key.ts';
import { TAG, writePacket } from '../../../src/codecs/openpgp/packets.ts';
import { writeRecipient } from '../../../src/codecs/openpgp/session-key.ts';
import { createOnePass } from '../../../src/codecs/openpgp/signature.ts';
import {
  forgeSignature,
  literal,
  marker,
  privateUse,
  type SignatureChange,
  seconds,
  subpacket,
} from './forge.ts';
import { NOW_MS } from './vectors.ts';

/** Draws from a seed, so that a run can be had again. */
export class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to `below` - 1. (mulberry32) */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  of<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new RangeError('nothing to draw from');
    return choice;
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.below(256)));
  }
}

/** The other side: what it signs with and encrypts to, and a stranger who does the same. */
export interface Senders {
  readonly known: KeyRing<PgpKey>;
  readonly strange: KeyRing<PgpKey>;
}

export interface Sample {
  /** Binary or armored, before base64url. */
  readonly message: Buffer;
  readonly payload: Buffer;
  /** What was done to it, from the inside out. */
  readonly changes: readonly string[];
}

/** A message as a sender could make it, or as somebody changed it on any level. */
export function drawSample(draw: Draw, senders: Senders): Sample {
  const changes: string[] = [];
  const note = (change: string) => {
    changes.push(change);
    return change;
  };
  const payload = draw.bytes(draw.below(200));
  const inner = changePackets(draw, signedPackets(draw, senders, payload, note), note, 'inner');
  const outer = changePackets(
    draw,
    encryptedPackets(draw, senders, compress(draw, inner, note), note),
    note,
    'outer',
  );
  return { message: armor(draw, outer, note), payload, changes };
}

type Note = (change: string) => string;

function signedPackets(draw: Draw, { known, strange }: Senders, payload: Buffer, note: Note): Buffer[] {
  const signers = Array.from({ length: 1 + draw.below(3) }, () =>
    draw.below(4) === 0 ? draw.of(strange.usable('sign', NOW_MS)) : draw.of(known.usable('sign', NOW_MS)),
  );
  const data = literal(payload, draw.of(['b', 'b', 'u', 't']), draw.of(['', 'request.json']));
  const signatures = signers.map((key) => forgeSignature(payload, key, drawSignature(draw, note)));
  if (draw.below(5) === 0) return [...signatures, data];
  return [
    ...signers.map((key, at) => createOnePass(key, at === signers.length - 1)),
    data,
    ...signatures.reverse(),
  ];
}

const DATE = 2;

function drawSignature(draw: Draw, note: Note): SignatureChange {
  const date = subpacket(DATE, seconds(NOW_MS));
  const good = { digest: draw.of([8, 9, 10]), hashed: [date] };
  if (draw.below(2) === 0) return good;
  const changes: readonly (readonly [string, SignatureChange])[] = [
    ['digest SHA-224', { digest: 11 }],
    ['digest SHA-1', { digest: 2 }],
    ['digest MD5', { digest: 1 }],
    ['text signature', { type: 1 }],
    ['key signature', { type: 0x13 }],
    ['version', { version: draw.of([3, 5, 6]) }],
    ['algorithm', { algorithm: draw.of([3, 17, 22]) }],
    [
      'date in the future',
      { hashed: [subpacket(DATE, seconds(NOW_MS + draw.of([60, 300, 3600, 9e6]) * 1000))] },
    ],
    ['date before the key', { hashed: [subpacket(DATE, seconds(1e12))] }],
    ['no date', { hashed: [] }],
    ['expired', { hashed: [subpacket(DATE, seconds(NOW_MS - 9e6)), subpacket(3, seconds(1e6))] }],
    [
      'subpacket',
      { hashed: [date, subpacket(draw.below(128), draw.bytes(draw.below(30)), draw.below(2) === 0)] },
    ],
    ['unhashed subpacket', { unhashed: [subpacket(draw.below(128), draw.bytes(draw.below(30)))] }],
    ['no issuer', { unhashed: [] }],
    ['signature edited', { edit: (body) => flipBit(draw, body) }],
  ];
  const [name, change] = draw.of(changes);
  note(name);
  return { ...good, ...change };
}

function compress(draw: Draw, packets: Buffer, note: Note): Buffer {
  const zip = (bytes: Buffer) => writePacket(TAG.compressed, Buffer.from([1]), deflateRawSync(bytes));
  switch (draw.below(8)) {
    case 0:
    case 1:
      return zip(packets);
    case 2:
      return writePacket(TAG.compressed, Buffer.from([2]), deflateSync(packets));
    case 3:
      note('compressed twice');
      return zip(zip(packets));
    case 4:
      note('stored as compressed');
      return writePacket(TAG.compressed, Buffer.from([0]), packets);
    default:
      return packets;
  }
}

function encryptedPackets(draw: Draw, { known, strange }: Senders, packets: Buffer, note: Note): Buffer[] {
  const [cipher, keyBytes] = draw.of([
    [9, 32],
    [9, 32],
    [8, 24],
    [7, 16],
  ] as const);
  const sessionKey: SessionKey = { cipher, key: draw.bytes(keyBytes) };
  const recipients = Array.from({ length: 1 + draw.below(2) }, () =>
    draw.of(known.usable('encrypt', NOW_MS)),
  );
  if (draw.below(4) === 0) recipients.push(...strange.usable('encrypt', NOW_MS));
  if (draw.below(10) === 0) {
    note('hidden recipients');
    return [
      ...recipients.map((key) => writeRecipient(sessionKey, { ...key, keyId: '0'.repeat(16) })),
      encryptPackets(packets, sessionKey),
    ];
  }
  return [...recipients.map((key) => writeRecipient(sessionKey, key)), encryptPackets(packets, sessionKey)];
}

function changePackets(draw: Draw, packets: Buffer[], note: Note, level: string): Buffer {
  const at = draw.below(packets.length);
  const other = draw.below(packets.length);
  const one = packets[at] ?? Buffer.alloc(0);
  const swapped = packets.map((packet, place) =>
    place === at ? (packets[other] ?? packet) : place === other ? one : packet,
  );
  const changes: readonly (readonly [string, () => Buffer[]])[] = [
    ['packets swapped', () => swapped],
    ['packet dropped', () => packets.toSpliced(at, 1)],
    ['packet doubled', () => packets.toSpliced(other, 0, one)],
    ['marker inserted', () => packets.toSpliced(at, 0, marker)],
    ['unknown packet inserted', () => packets.toSpliced(at, 0, privateUse)],
    ['text inserted', () => packets.toSpliced(at, 0, literal(draw.bytes(20)))],
    ['bit flipped', () => packets.with(at, flipBit(draw, one))],
    ['cut', () => [...packets.slice(0, at), one.subarray(0, draw.below(one.length))]],
    ['bytes appended', () => [...packets, draw.bytes(1 + draw.below(4))]],
    ['other form of length', () => packets.map((packet) => otherLength(draw, packet))],
  ];
  if (draw.below(2) === 0) return Buffer.concat(packets);
  const [name, change] = draw.of(changes);
  note(`${level} ${name}`);
  return Buffer.concat(change());
}

function armor(draw: Draw, message: Buffer, note: Note): Buffer {
  if (draw.below(4) > 0 || message.length === 0) return message;
  const armored = writeArmor(message);
  if (draw.below(2) === 0) return armored;
  note('armor bit flipped');
  return flipBit(draw, armored);
}

function flipBit(draw: Draw, bytes: Buffer): Buffer {
  const flipped = Buffer.from(bytes);
  if (flipped.length === 0) return flipped;
  const at = draw.below(flipped.length);
  flipped[at] = flipped.readUInt8(at) ^ (1 << draw.below(8));
  return flipped;
}

/** The same packet with its length written otherwise; parts for what carries data. */
function otherLength(draw: Draw, packet: Buffer): Buffer {
  const tag = packet.readUInt8(0) & 0x3f;
  const second = packet.readUInt8(1);
  const body = packet.subarray(second < 192 ? 2 : second < 224 ? 3 : 6);
  const length4 = Buffer.alloc(4);
  length4.writeUInt32BE(body.length);
  const forms = [Buffer.concat([Buffer.from([0xc0 | tag, 0xff]), length4, body])];
  if (tag < 16) forms.push(Buffer.concat([Buffer.from([0x82 | (tag << 2)]), length4, body]));
  const streamed = tag === TAG.encrypted || tag === TAG.literal || tag === TAG.compressed;
  if (streamed && body.length > 512) {
    const rest = writePacket(tag, body.subarray(512)).subarray(1);
    forms.push(Buffer.concat([Buffer.from([0xc0 | tag, 0xe9]), body.subarray(0, 512), rest]));
  }
  return draw.of(forms);
}
