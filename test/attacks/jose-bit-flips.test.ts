import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, test } from 'node:test';
import { Draw } from '../codecs/openpgp/mutations.ts';
import { proofSize } from '../support/proof-size.ts';
import { acceptedOf, flip, flipWithin, type Profile, partsOf, readFlipBodies } from './jose-bit-flips.ts';

const FLIPS: Readonly<Record<Profile, number>> = {
  nested: proofSize('PROOF_FLIPS', { quick: 350, mass: 14_000 }),
  bare: proofSize('PROOF_FLIPS', { quick: 150, mass: 6000 }),
};

describe('[JWE-5] a bit flipped on the way', () => {
  for (const profile of ['nested', 'bare'] as const) {
    test(`of ${FLIPS[profile]} ${profile} JWEs with one bit flipped none is accepted`, async () => {
      const seed = randomInt(2 ** 31);
      const draw = new Draw(seed);
      const bodies = await readFlipBodies(profile, 30, draw);
      assert.equal((await acceptedOf(profile, bodies)).length, bodies.length, 'unflipped all are accepted');
      const flipped = Array.from({ length: FLIPS[profile] }, () => {
        const body = draw.of(bodies);
        if (draw.below(2) === 0) return flip(body, draw.below(body.length * 8));
        const part = draw.below(5);
        return flipWithin(body, part, draw.below((partsOf(body)[part]?.length ?? 1) * 8));
      });
      const accepted = await acceptedOf(profile, flipped);
      assert.equal(accepted.length, 0, `seed ${seed}: ${accepted[0]}`);
    });
  }
});
