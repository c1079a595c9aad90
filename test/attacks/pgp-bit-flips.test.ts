import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, test } from 'node:test';
import { readPackets, TAG, writePacket } from '../../src/codecs/openpgp/packets.ts';
import { Draw } from '../codecs/openpgp/mutations.ts';
import { bodyOf, REQUEST, readVectors, tryOpen } from '../codecs/openpgp/vectors.ts';
import { proofSize } from '../support/proof-size.ts';
import { acceptedOf, flip, flippedBody, readFlipMessages, readFlipRing } from './pgp-bit-flips.ts';

const FLIPS = proofSize('PROOF_FLIPS', { quick: 500, mass: 20_000 });
const ring = await readFlipRing();

describe('[PGP-4, PGP-14] a bit flipped on the way', () => {
  test(`of ${FLIPS} messages with one bit flipped none is accepted`, async () => {
    const seed = randomInt(2 ** 31);
    const draw = new Draw(seed);
    const messages = await readFlipMessages(100, draw);
    assert.equal(
      (await acceptedOf(messages.map(bodyOf), ring)).length,
      messages.length,
      'unflipped all are accepted',
    );
    const bodies = Array.from({ length: FLIPS }, () => flippedBody(draw.of(messages), draw));
    const accepted = await acceptedOf(bodies, ring);
    assert.equal(accepted.length, 0, `seed ${seed}: ${accepted[0]}`);
  });

  test('in what was encrypted for others a flip changes nothing for us, and anywhere else it is refused', () => {
    const message = readVectors('accepted').find(({ name }) => name === 'several-recipients.pgp')?.message;
    assert.ok(message);
    const ours = new Set(ring.keys.map(({ keyId }) => keyId));
    const packets = readPackets(message) ?? [];
    for (const [place, { tag, body }] of packets.entries()) {
      const foreign = tag === TAG.sessionKey && !ours.has(body.toString('hex', 1, 9));
      // From behind the key id on; every 23rd bit will do.
      for (let bit = 72; bit < body.length * 8; bit += 23) {
        const flipped = packets.with(place, { tag, body: flip(body, bit) });
        const rebuilt = Buffer.concat(flipped.map((packet) => writePacket(packet.tag, packet.body)));
        const opened = tryOpen(bodyOf(rebuilt), ring).toString();
        // Of two recipients that are ours the other one still opens it.
        assert.equal(opened, foreign || tag === TAG.sessionKey ? REQUEST.toString() : 'integrity');
      }
    }
  });
});
