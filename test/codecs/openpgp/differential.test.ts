import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { proofSize } from '../../support/proof-size.ts';
import { compareVerdicts } from './differences.ts';

const MESSAGES = proofSize('PROOF_DIFFERENTIAL', { quick: 150, mass: 1000 });

test('our verdict on changed messages differs from that of OpenPGP.js only where the table says so', async () => {
  const seed = randomInt(2 ** 31);
  const { opened, refused, unexplained } = await compareVerdicts(seed, MESSAGES);
  assert.deepEqual(unexplained, [], `seed ${seed}`);
  assert.ok(
    opened > MESSAGES / 20 && refused > MESSAGES / 20,
    `${opened} opened and ${refused} refused by both, seed ${seed}`,
  );
});
