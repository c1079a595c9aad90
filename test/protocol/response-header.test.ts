import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { responseHeader } from '../../src/protocol/response-header.ts';

test('[HDR-10] the timestamp is a string of whole decimal milliseconds', () => {
  assert.deepEqual(responseHeader(1_502_545_413_098), { responseTimestamp: '1502545413098' });
  assert.deepEqual(responseHeader(1_502_545_413_098.25), { responseTimestamp: '1502545413098' });
  fc.assert(
    fc.property(fc.maxSafeNat(), (nowMs) => {
      assert.deepEqual(responseHeader(nowMs), { responseTimestamp: BigInt(nowMs).toString() });
    }),
  );
});
