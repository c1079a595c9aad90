import type { KeyRing } from '../../src/codecs/keys/key-ring.ts';
import { PgpCodec } from '../../src/codecs/openpgp/codec.ts';
import type { PgpKey } from '../../src/codecs/openpgp/key.ts';
import { sealMessage } from '../../src/codecs/openpgp/message.ts';
import type { Draw } from '../codecs/openpgp/mutations.ts';
import { bodyOf, NOW_MS, readMirroredRing, readRing, readVectors } from '../codecs/openpgp/vectors.ts';

const clock = { nowMs: () => NOW_MS, steadyMs: () => NOW_MS, after: () => () => {} };
const IN_FLIGHT = 64;
/** Other recipients and armor headers are protected by nothing: they are tested apart. */
const UNPROTECTED = /^(several-recipients|hidden-recipient|armored-with-headers)/;

export function readFlipRing(): Promise<KeyRing<PgpKey>> {
  return readRing(
    ['own-2048', 'own-3072', 'own-4096'],
    ['peer-2048', 'peer-3072', 'peer-4096', 'peer-subkeys'],
  );
}

/** Messages to one recipient by GnuPG and by our own code, of many lengths, armored and binary. */
export async function readFlipMessages(count: number, draw: Draw): Promise<Buffer[]> {
  const messages = readVectors('accepted').flatMap(({ name, message }) =>
    UNPROTECTED.test(name) ? [] : [message],
  );
  const sender = await readMirroredRing(['own-2048'], ['peer-2048']);
  while (messages.length < count) {
    const sealed = sealMessage(draw.bytes(draw.below(400)), sender, NOW_MS, draw.below(4) === 0);
    messages.push(Buffer.from(Buffer.from(sealed).toString('latin1'), 'base64url'));
  }
  return messages.slice(0, count);
}

/** The body with that bit flipped: of its text as it is sent, or of the message within, as the draw wants. */
export function flippedBody(message: Buffer, draw: Draw): Buffer {
  const onTheWire = draw.below(4) === 0;
  const bytes = onTheWire ? bodyOf(message) : Buffer.from(message);
  const flipped = flip(bytes, draw.below(bytes.length * 8));
  return onTheWire ? flipped : bodyOf(flipped);
}

export function flip(bytes: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  const at = bit >> 3;
  flipped[at] = flipped.readUInt8(at) ^ (1 << (bit & 7));
  return flipped;
}

/** Opens bodies on two threads and returns those that were accepted. */
export async function acceptedOf(bodies: Iterable<Buffer>, ring: KeyRing<PgpKey>): Promise<Buffer[]> {
  const codec = await PgpCodec.start({ ring, clock, threads: 2, waitingMax: IN_FLIGHT });
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
