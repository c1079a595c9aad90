import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import { keyChecksOf, keyFault, secretsInUse } from '../../../src/domain/challenge/key-check.ts';
import type { OtpKeys } from '../../../src/domain/challenge/otp-keys.ts';
import { CHALLENGE_STATES, LIVE_STATES } from '../../../src/ports/challenge-moves.ts';

function keys(digest: string, codes: Readonly<Record<string, string>>): OtpKeys {
  const key = (text: string) => createSecretKey(text.repeat(32), 'utf8');
  return {
    digestKey: key(digest),
    activeCodeSecretId: Object.keys(codes)[0] ?? '',
    codeSecrets: new Map(Object.entries(codes).map(([id, text]) => [id, key(text)])),
  };
}

test('[OQ-72] a check is 32 bits long, and that of a code secret is taken under the digest secret', () => {
  const one = keyChecksOf(keys('d', { a: 'x' }));
  assert.match(one.digests, /^[0-9a-f]{8}$/);
  assert.match(one.codes['a'] ?? '', /^[0-9a-f]{8}$/);
  assert.notEqual(keyChecksOf(keys('e', { a: 'x' })).codes['a'], one.codes['a']);
  assert.notEqual(keyChecksOf(keys('d', { a: 'y' })).codes['a'], one.codes['a']);
  assert.deepEqual(keyChecksOf(keys('d', { a: 'x' })), one);
});

test('[OQ-72] which secrets a store may be served with', () => {
  const known = keyChecksOf(keys('d', { a: 'x', b: 'y' }));
  const now = (digest: string, codes: Readonly<Record<string, string>>) => keyChecksOf(keys(digest, codes));
  assert.equal(keyFault(undefined, now('d', { a: 'x' }), []), undefined);
  assert.equal(keyFault(known, known, ['a', 'b']), undefined);
  assert.equal(keyFault(known, now('d', { c: 'z', b: 'y' }), ['b']), undefined);
  assert.equal(keyFault(known, now('e', { a: 'x' }), [])?.about, 'digests');
  assert.match(
    keyFault(known, now('d', { a: 'z', b: 'y' }), [])?.reason ?? '',
    /another secret under the id a/,
  );
  assert.match(keyFault(known, now('d', { c: 'z' }), [])?.reason ?? '', /none of the secrets/);
  assert.match(keyFault(undefined, now('d', { c: 'z' }), ['a'])?.reason ?? '', /lacks a/);
});

test('[OQ-72] a secret is in use as long as one of its codes may be typed', () => {
  for (const state of CHALLENGE_STATES) {
    const inUse = secretsInUse([{ secretId: 'a', state, expiresAtWallMs: 1000 }], 999);
    assert.deepEqual(inUse, LIVE_STATES.includes(state) ? ['a'] : []);
  }
  const sent = { secretId: 'a', state: 'sent', expiresAtWallMs: 1000 } as const;
  assert.deepEqual(secretsInUse([sent], 1000), []);
  const codes = [sent, { ...sent, state: 'ambiguous' }, { ...sent, secretId: 'b' }] as const;
  assert.deepEqual(secretsInUse(codes, 0), ['a', 'b']);
});
