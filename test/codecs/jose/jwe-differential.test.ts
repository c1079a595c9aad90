import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { proofSize } from '../../support/proof-size.ts';
import { Draw } from '../openpgp/mutations.ts';
import { compareVerdicts, openWithJose4 } from './jwe-differences.ts';

const QUICK_MESSAGES = 250;
const MESSAGES = proofSize('PROOF_DIFFERENTIAL', { quick: QUICK_MESSAGES, mass: 2000 });

test('[JWE-1, JWE-2, JWE-5] jose 4 gives the same verdicts on changed messages, but where we are narrower', async () => {
  const seed = randomInt(2 ** 31);
  const { opened, refused, narrower, unexplained } = await compareVerdicts(new Draw(seed), MESSAGES);
  assert.deepEqual(unexplained, [], `seed ${seed}`);
  const least = MESSAGES / 20;
  assert.ok(opened > least && refused > least && narrower.size > 1, `seed ${seed}: too much of one kind`);
});

test(`${QUICK_MESSAGES} messages find a reader that takes any key, whichever a header names`, async () => {
  const open = async (body: string) => (await openWithJose4(body, (_name, key) => () => key)) ?? 'encoding';
  const { unexplained } = await compareVerdicts(new Draw(1), QUICK_MESSAGES, open);
  assert.notDeepEqual(unexplained, []);
  for (const told of unexplained) assert.match(told, /^opened by us alone: /);
});
