import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeakyBucket } from '../../src/methods/leaky-bucket.ts';
import { TestClock } from '../support/test-clock.ts';

test('[OQ-7] so many at once, then one each interval, and no more for having waited long', () => {
  const clock = new TestClock();
  const bucket = new LeakyBucket(clock, 100, 3);
  const taken = (tries: number) => Array.from({ length: tries }, () => bucket.take()).filter(Boolean).length;
  assert.equal(taken(10), 3);
  clock.pass(99);
  assert.equal(taken(10), 0);
  clock.pass(1);
  assert.equal(taken(10), 1);
  clock.pass(1_000_000);
  assert.equal(taken(10), 3);
});

test('its level stays between nothing and its top', () => {
  const clock = new TestClock();
  const bucket = new LeakyBucket(clock, 1000, 5);
  bucket.add(-3);
  assert.equal(bucket.level, 0);
  bucket.add(9);
  assert.equal(bucket.level, 5);
  clock.pass(500);
  assert.equal(bucket.level, 4.5);
});
