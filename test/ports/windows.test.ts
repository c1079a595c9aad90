import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bucketAt, oldestBucket } from '../../src/ports/windows.ts';

test('a text counts for at least its window, and for at most a twelfth and a rounding longer', () => {
  const windows = fc.integer({ min: 1000, max: 90 * 86_400_000 });
  fc.assert(
    fc.property(windows, fc.nat(2_000_000_000_000), fc.nat(), (windowMs, atMs, laterMs) => {
      const counts = bucketAt({ windowMs }, atMs) >= oldestBucket({ windowMs }, atMs + laterMs);
      if (laterMs <= windowMs) assert.ok(counts);
      if (laterMs > windowMs + windowMs / 12 + 13) assert.ok(!counts);
    }),
  );
});

test('twelve parts of an hour are five minutes each', () => {
  const hour = { windowMs: 3_600_000 };
  assert.deepEqual([bucketAt(hour, 0), bucketAt(hour, 299_999), bucketAt(hour, 300_000)], [0, 0, 1]);
  assert.equal(oldestBucket(hour, 3_600_000), 0);
});
