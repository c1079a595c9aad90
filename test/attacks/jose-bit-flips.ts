import { JweCodec } from '../../src/codecs/jose/codec.ts';
import type { JweRules } from '../../src/codecs/jose/jwe-rules.ts';
import { sealJwe } from '../../src/codecs/jose/jwe-seal.ts';
import { BARE, NOW_MS, OLDER, readRing } from '../codecs/jose/jwe-vectors.ts';
import type { Draw } from '../codecs/openpgp/mutations.ts';

const clock = { nowMs: () => NOW_MS, steadyMs: () => NOW_MS, after: () => () => {} };
const IN_FLIGHT = 64;

/** The two profiles; the nested one with all that the older edition has. */
export const RULES = { nested: OLDER, bare: BARE } as const satisfies Record<string, JweRules>;
export type Profile = keyof typeof RULES;

/** Bodies of many lengths, signed and encrypted with every algorithm there is. */
export async function readFlipBodies(profile: Profile, count: number, draw: Draw): Promise<Buffer[]> {
  const senders = await Promise.all(
    [
      { own: 'google', peer: 'own' },
      { own: 'google-es256', peer: 'own' },
      { own: 'google-ps256', peer: 'own-older' },
    ].map(({ own, peer }) => readRing([own], [peer], { purposes: [] })),
  );
  const bodies = Array.from({ length: count }, async () => {
    const payload = draw.bytes(1 + draw.below(400));
    const sender = draw.of(profile === 'bare' ? senders.slice(0, 2) : senders);
    return Buffer.from(await sealJwe(payload, sender, RULES[profile], NOW_MS));
  });
  return Promise.all(bodies);
}

/** A flip of a bit of the text as it is sent. */
export function flip(body: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(body);
  const at = bit >> 3;
  flipped[at] = flipped.readUInt8(at) ^ (1 << (bit & 7));
  return flipped;
}

/** A flip of a bit of what one of the parts stands for. */
export function flipWithin(body: Buffer, part: number, bit: number): Buffer {
  const parts = partsOf(body);
  const flipped = flip(parts[part] ?? Buffer.alloc(1), bit);
  return Buffer.from(
    parts
      .with(part, flipped)
      .map((bytes) => bytes.toString('base64url'))
      .join('.'),
  );
}

export function partsOf(body: Buffer): Buffer[] {
  return body
    .toString('latin1')
    .split('.')
    .map((part) => Buffer.from(part, 'base64url'));
}

/** Opens bodies on two threads and returns those that were accepted. */
export async function acceptedOf(profile: Profile, bodies: Iterable<Buffer>): Promise<Buffer[]> {
  const own = ['own', 'own-older', 'own-next'];
  const ring = await readRing(own, ['google', 'google-es256', 'google-ps256', 'google-next']);
  const codec = await JweCodec.start({
    ring,
    rules: RULES[profile],
    clock,
    threads: 2,
    waitingMax: IN_FLIGHT,
  });
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
