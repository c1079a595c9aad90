import { JweCodec } from '../../src/codecs/jose/codec.ts';
import type { JweRules } from '../../src/codecs/jose/jwe-rules.ts';
import { sealJwe } from '../../src/codecs/jose/jwe-seal.ts';
import { PgpCodec } from '../../src/codecs/openpgp/codec.ts';
import { sealMessage } from '../../src/codecs/openpgp/message.ts';
import type { PayloadCodec } from '../../src/ports/payload-codec.ts';
import * as jose from '../codecs/jose/jwe-vectors.ts';
import type { Draw } from '../codecs/openpgp/mutations.ts';
import * as pgp from '../codecs/openpgp/vectors.ts';

const clock = { nowMs: () => pgp.NOW_MS, steadyMs: () => pgp.NOW_MS, after: () => () => {} };
const IN_FLIGHT = 64;
const THREADS = { clock, threads: 2, waitingMax: IN_FLIGHT } as const;

/** Messages of one format, the bits of which are flipped. */
export interface FlipFormat {
  readonly name: string;
  /** Which part of all flips falls to it. */
  readonly share: number;
  /** Bodies of many lengths that are accepted as they are. */
  bodies(count: number, draw: Draw): Promise<Buffer[]>;
  /** What the parts of a body stand for, and the body of such parts. */
  partsOf(body: Buffer): Buffer[];
  bodyOf(parts: readonly Buffer[]): Buffer;
  start(): Promise<PayloadCodec>;
}

export const flipFormats: readonly FlipFormat[] = [
  { ...joseFormat(jose.OLDER, ['own', 'own-older']), name: 'nested JWE', share: 0.7 },
  { ...joseFormat(jose.BARE, ['own']), name: 'bare JWE', share: 0.3 },
  { ...pgpFormat(), name: 'OpenPGP', share: 1 },
];

/** Signed and encrypted with every algorithm there is; the older edition has all of them. */
function joseFormat(rules: JweRules, recipients: readonly string[]): Omit<FlipFormat, 'name' | 'share'> {
  const pairs = [
    { own: 'google', peer: 'own' },
    { own: 'google-es256', peer: 'own' },
    { own: 'google-ps256', peer: 'own-older' },
  ].filter(({ peer }) => recipients.includes(peer));
  const google = ['google', 'google-es256', 'google-ps256', 'google-next'];
  return {
    bodies: async (count, draw) => {
      const read = pairs.map(({ own, peer }) => jose.readRing([own], [peer], { purposes: [] }));
      const senders = await Promise.all(read);
      const sealed = Array.from({ length: count }, () =>
        sealJwe(draw.bytes(1 + draw.below(400)), draw.of(senders), rules, jose.NOW_MS),
      );
      return (await Promise.all(sealed)).map((body) => Buffer.from(body));
    },
    partsOf: (body) =>
      body
        .toString('latin1')
        .split('.')
        .map((part) => Buffer.from(part, 'base64url')),
    bodyOf: (parts) => Buffer.from(parts.map((bytes) => bytes.toString('base64url')).join('.')),
    start: async () => {
      const ring = await jose.readRing(['own', 'own-older', 'own-next'], google);
      return JweCodec.start({ ...THREADS, ring, rules });
    },
  };
}

/** Other recipients and armor headers are protected by nothing: they are tested apart. */
const UNPROTECTED = /^(several-recipients|hidden-recipient|armored-with-headers)/;

/** To one recipient by GnuPG and by our own code, armored and binary. */
function pgpFormat(): Omit<FlipFormat, 'name' | 'share'> {
  return {
    bodies: async (count, draw) => {
      const bodies = pgp
        .readVectors('accepted')
        .filter(({ name }) => !UNPROTECTED.test(name))
        .map(({ message }) => pgp.bodyOf(message));
      const sender = await pgp.readMirroredRing(['own-2048'], ['peer-2048']);
      while (bodies.length < count) {
        const sealed = sealMessage(draw.bytes(draw.below(400)), sender, pgp.NOW_MS, draw.below(4) === 0);
        bodies.push(Buffer.from(sealed));
      }
      return bodies.slice(0, count);
    },
    partsOf: (body) => [Buffer.from(body.toString('latin1'), 'base64url')],
    bodyOf: ([message = Buffer.alloc(0)]) => pgp.bodyOf(message),
    start: async () => PgpCodec.start({ ...THREADS, ring: await readPgpRing() }),
  };
}

export const readPgpRing = () =>
  pgp.readRing(['own-2048', 'own-3072', 'own-4096'], ['peer-2048', 'peer-3072', 'peer-4096', 'peer-subkeys']);

export function flip(bytes: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  const at = bit >> 3;
  flipped[at] = flipped.readUInt8(at) ^ (1 << (bit & 7));
  return flipped;
}

/** A body with one bit flipped that the draw chooses: of its text as it is sent, or of what a part of it stands for. */
export function drawFlip({ partsOf, bodyOf }: FlipFormat, body: Buffer, draw: Draw): Buffer {
  if (draw.below(3) === 0) return flip(body, draw.below(body.length * 8));
  const parts = partsOf(body);
  const part = draw.below(parts.length);
  const bytes = parts[part] ?? Buffer.alloc(1);
  return bodyOf(parts.with(part, flip(bytes, draw.below(bytes.length * 8))));
}

/** The body with each of its bits flipped, of the text and of what the parts stand for. */
export function* everyFlip({ partsOf, bodyOf }: FlipFormat, body: Buffer): Generator<Buffer> {
  for (let bit = 0; bit < body.length * 8; bit += 1) yield flip(body, bit);
  const parts = partsOf(body);
  for (const [part, bytes] of parts.entries()) {
    for (let bit = 0; bit < bytes.length * 8; bit += 1) yield bodyOf(parts.with(part, flip(bytes, bit)));
  }
}

/** Opens bodies on two threads and returns those that were accepted. */
export async function acceptedOf(format: FlipFormat, bodies: Iterable<Buffer>): Promise<Buffer[]> {
  const codec = await format.start();
  const accepted: Buffer[] = [];
  const rest = bodies[Symbol.iterator]();
  const client = async () => {
    for (let next = rest.next(); !next.done; next = rest.next()) {
      const opened = await codec.open(next.value);
      if (opened.kind === 'opened') accepted.push(next.value);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, client));
  await codec.close();
  return accepted;
}
