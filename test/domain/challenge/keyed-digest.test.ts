import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { keyedDigest, keyedHash } from '../../../src/domain/challenge/keyed-digest.ts';

const keyBytes = Uint8Array.from({ length: 32 }, (_, index) => index);
const key = createSecretKey(keyBytes);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

// Computed with Python's hmac module.
test('[IDEM-13] a digest is 16 bytes and never changes from release to release', () => {
  assert.equal(hex(keyedDigest(key, 'account-id', 'acct-1')), 'c366629844ce4e0a45895f4ca94a9267');
  assert.equal(hex(keyedDigest(key, 'phone-number', '+14035551111')), 'a580c82f99bb0334ac98a217e132cd8d');
});

test('the same value under another purpose or another key has another digest', () => {
  const digest = hex(keyedDigest(key, 'account-id', '+14035551111'));
  assert.notEqual(digest, hex(keyedDigest(key, 'phone-number', '+14035551111')));
  assert.notEqual(
    digest,
    hex(keyedDigest(createSecretKey(keyBytes.map((byte) => byte ^ 1)), 'account-id', '+14035551111')),
  );
});

test('parts can be cut differently only into another hash', () => {
  const parts = fc.array(fc.string({ maxLength: 3 }), { maxLength: 4 });
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const same = hex(keyedHash(key, one)) === hex(keyedHash(key, other));
      assert.equal(same, JSON.stringify(one) === JSON.stringify(other));
    }),
    {
      examples: [
        [
          ['ab', 'c'],
          ['a', 'bc'],
        ],
        [
          ['', 'a'],
          ['a', ''],
        ],
        [[], ['']],
      ],
    },
  );
});

test('a key that could be guessed is refused', () => {
  assert.throws(
    () => keyedDigest(createSecretKey(keyBytes.subarray(0, 15)), 'account-id', 'a'),
    /16 bytes or more is needed, not 15/,
  );
});
