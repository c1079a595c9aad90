import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, test } from 'node:test';
import { createKeyRing, KeyRingError, type RingKey } from '../../../src/codecs/keys/key-ring.ts';

const NOW_MS = Date.UTC(2026, 10, 22);
const DAY_MS = 86_400_000;
const secret = createSecretKey(Buffer.alloc(16));

function key(purpose: RingKey['purpose'], keyId: string, change: Partial<RingKey> = {}): RingKey {
  return {
    purpose,
    keyId,
    fingerprint: `fingerprint of ${keyId}`,
    key: secret,
    notBeforeMs: NOW_MS - DAY_MS,
    retiresAtMs: undefined,
    expiresAtMs: NOW_MS + 300 * DAY_MS,
    ...change,
  };
}

function ringOf(...keys: RingKey[]) {
  return createKeyRing(keys, { purposes: [], graceMs: DAY_MS, nowMs: NOW_MS });
}

const ids = (keys: readonly RingKey[]) => keys.map(({ keyId }) => keyId);

describe('key ring', () => {
  test('[ENC-2] several keys are usable at once for each purpose, in the order given', () => {
    const ring = ringOf(key('decrypt', 'b'), key('sign', 's'), key('decrypt', 'a'));
    assert.deepEqual(ids(ring.usable('decrypt', NOW_MS)), ['b', 'a']);
    assert.deepEqual(ids(ring.usable('verify', NOW_MS)), []);
  });

  test('[OQ-26] a retiring key is good on receipt for the grace and never for sending', () => {
    const retiresAtMs = NOW_MS + 10 * DAY_MS;
    for (const purpose of ['decrypt', 'verify'] as const) {
      const ring = ringOf(key(purpose, 'k', { retiresAtMs }));
      assert.equal(ring.usable(purpose, retiresAtMs).length, 1);
      assert.equal(ring.usable(purpose, retiresAtMs + DAY_MS - 1).length, 1);
      assert.equal(ring.usable(purpose, retiresAtMs + DAY_MS).length, 0);
    }
    for (const purpose of ['sign', 'encrypt'] as const) {
      const ring = ringOf(key(purpose, 'k', { retiresAtMs }));
      assert.equal(ring.usable(purpose, retiresAtMs - 1).length, 1);
      assert.equal(ring.usable(purpose, retiresAtMs).length, 0);
    }
  });

  test('[OQ-26] an expired decryption key has the grace; [ECHO-4] an expired verification key has none', () => {
    const expiresAtMs = NOW_MS + DAY_MS;
    const ours = ringOf(key('decrypt', 'k', { expiresAtMs }));
    assert.equal(ours.usable('decrypt', expiresAtMs + DAY_MS - 1).length, 1);
    assert.equal(ours.usable('decrypt', expiresAtMs + DAY_MS).length, 0);
    const theirs = ringOf(key('verify', 'k', { expiresAtMs }));
    assert.equal(theirs.usable('verify', expiresAtMs - 1).length, 1);
    assert.equal(theirs.usable('verify', expiresAtMs).length, 0);
    const retiredFirst = ringOf(key('verify', 'k', { expiresAtMs, retiresAtMs: NOW_MS }));
    assert.equal(retiredFirst.usable('verify', expiresAtMs - 1).length, 1);
    assert.equal(retiredFirst.usable('verify', expiresAtMs).length, 0);
  });

  test('a key is not used before its time', () => {
    const pending = key('encrypt', 'k', { notBeforeMs: NOW_MS + 1 });
    const ring = ringOf(pending);
    assert.equal(ring.state(pending, NOW_MS), 'pending');
    assert.equal(ring.usable('encrypt', NOW_MS).length, 0);
    assert.equal(ring.usable('encrypt', NOW_MS + 1).length, 1);
  });

  test('expiry is warned of at 60, 30 and 7 days and when it has come, the most urgent first', () => {
    const expiring = (id: string, days: number) => key('sign', id, { expiresAtMs: NOW_MS + days * DAY_MS });
    const ring = ringOf(
      expiring('far', 60.1),
      expiring('sixty', 60),
      expiring('thirty', 30),
      expiring('seven', 7),
      expiring('over', 0),
      key('sign', 'replaced', { expiresAtMs: NOW_MS, retiresAtMs: NOW_MS - 1 }),
      key('verify', 'endless', { expiresAtMs: undefined }),
    );
    assert.deepEqual(
      ring.warnings(NOW_MS).map(({ keyId, withinDays }) => [keyId, withinDays]),
      [
        ['over', 0],
        ['seven', 7],
        ['thirty', 30],
        ['sixty', 60],
      ],
    );
  });

  test('a ring without a usable key for a demanded purpose is refused and says what it has', () => {
    const rules = { purposes: ['sign'], graceMs: 0, nowMs: NOW_MS } as const;
    assert.throws(() => createKeyRing([key('decrypt', 'k')], rules), {
      name: 'KeyRingError',
      message: 'no key to sign with: none was given',
    });
    assert.throws(() => createKeyRing([key('sign', 'k', { expiresAtMs: NOW_MS })], rules), {
      message: 'no key to sign with: k is retired',
    });
    assert.equal(createKeyRing([key('sign', 'k')], rules).keys.length, 1);
  });

  test('a key given twice, [ENC-5] a key of ours without expiry and a negative grace are refused', () => {
    assert.throws(() => ringOf(key('sign', 'k'), key('sign', 'k')), /key k is given twice to sign/);
    assert.throws(() => ringOf(key('sign', 'k', { expiresAtMs: undefined })), /has no expiry/);
    assert.throws(() => createKeyRing([], { purposes: [], graceMs: Number.NaN, nowMs: 0 }), KeyRingError);
    assert.equal(ringOf(key('verify', 'k'), key('encrypt', 'k')).keys.length, 2);
  });
});
