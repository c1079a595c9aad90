import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { fuzzReaders } from './pgp-fuzz.ts';

test('whatever bytes come in, no reader throws or takes long', () => {
  const seed = randomInt(2 ** 31);
  const { taken, faults } = fuzzReaders(seed, 100_000);
  assert.deepEqual(faults, [], `seed ${seed}`);
  for (const name of ['base64url', 'armor', 'packets', 'signature', 'recipient', 'compression']) {
    assert.ok((taken.get(name) ?? 0) > 10, `hardly any input was good enough for ${name}, seed ${seed}`);
  }
});
