import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { proofSize } from '../../support/proof-size.ts';
import { Draw } from '../openpgp/mutations.ts';
import { compareVerdicts } from './jwe-differences.ts';

const MESSAGES = proofSize('PROOF_DIFFERENTIAL', { quick: 400, mass: 2000 });

test('[JWE-1, JWE-2, JWE-5] jose 4 gives the same verdicts on changed messages, but where we are narrower', async () => {
  const seed = randomInt(2 ** 31);
  const { opened, refused, narrower, unexplained } = await compareVerdicts(new Draw(seed), MESSAGES);
  assert.deepEqual(unexplained, [], `seed ${seed}`);
  const least = MESSAGES / 20;
  assert.ok(opened > least && refused > least && narrower.size > 1, `seed ${seed}: too much of one kind`);
});
