import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, test } from 'node:test';
import { readPackets, TAG, writePacket } from '../../src/codecs/openpgp/packets.ts';
import { Draw } from '../codecs/openpgp/mutations.ts';
import { bodyOf, REQUEST, readVectors, tryOpen } from '../codecs/openpgp/vectors.ts';
import { proofSize } from '../support/proof-size.ts';
import { acceptedOf, drawFlip, flip, flipFormats, readPgpRing } from './bit-flips.ts';

const FLIPS = proofSize('PROOF_FLIPS', { quick: 120, mass: 20_000 });
const SEED = Number(process.env['PROOF_SEED'] ?? randomInt(2 ** 31));

describe('[PGP-4, PGP-14, JWE-5] a bit flipped on the way', () => {
  for (const format of flipFormats) {
    const count = Math.ceil(FLIPS * format.share);
    test(`of ${count} bodies of ${format.name} with one bit flipped none is accepted`, async (t) => {
      t.diagnostic(`${format.name}: seed ${SEED}`);
      const draw = new Draw(SEED);
      const bodies = await format.bodies(50, draw);
      assert.equal((await acceptedOf(format, bodies)).length, bodies.length, 'unflipped all are accepted');
      const flipped = Array.from({ length: count }, () => drawFlip(format, draw.of(bodies), draw));
      const accepted = await acceptedOf(format, flipped);
      assert.equal(accepted.length, 0, `seed ${SEED}: ${accepted[0]}`);
    });
  }

  test('in what was encrypted for others a flip changes nothing for us, and anywhere else it is refused', async () => {
    const message = readVectors('accepted').find(({ name }) => name === 'several-recipients.pgp')?.message;
    assert.ok(message);
    const ring = await readPgpRing();
    const ours = new Set(ring.keys.map(({ keyId }) => keyId));
    const packets = readPackets(message) ?? [];
    for (const [place, { tag, body }] of packets.entries()) {
      const foreign = tag === TAG.sessionKey && !ours.has(body.toString('hex', 1, 9));
      // From behind the key id on; every 61st bit will do.
      for (let bit = 72; bit < body.length * 8; bit += 61) {
        const flipped = packets.with(place, { tag, body: flip(body, bit) });
        const rebuilt = Buffer.concat(flipped.map((packet) => writePacket(packet.tag, packet.body)));
        const opened = tryOpen(bodyOf(rebuilt), ring).toString();
        // Of two recipients that are ours the other one still opens it.
        assert.equal(opened, foreign || tag === TAG.sessionKey ? REQUEST.toString() : 'integrity');
      }
    }
  });
});
