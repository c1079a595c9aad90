import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AllowedAlgorithms } from '../../../src/codecs/jose/algorithms.ts';
import type { KeySource } from '../../../src/codecs/keys/key-source.ts';
import { jwkOf, NOW_MS, OLDER_ALGORITHMS, sourceOf } from './jwe-vectors.ts';
import {
  type Jwk,
  OWN_EC,
  OWN_ENC,
  OWN_SIG,
  PEER_ENC,
  PEER_SIG,
  passesOver,
  read,
  readOwn,
  readPeer,
  refuses,
  without,
} from './jwk-reading.ts';

describe('what a JWK is for', () => {
  test('[ENC-4] a public key is no key of ours, and a private one none of Google’s', async () => {
    await refuses(readOwn(jwkOf('own.public', 'own-sig')), /place 1 of own\.json is public/);
    await passesOver(
      readPeer(PEER_ENC, jwkOf('google.private', 'google-sig')),
      /place 2 of google\.json is private/,
    );
  });

  test('a symmetric key is refused', async () => {
    await refuses(
      readOwn({ kty: 'oct', k: 'AAAA', kid: 'a', use: 'sig', alg: 'HS256', exp: 2e9 }),
      /is symmetric \(kty oct\), .*; RSA and EC keys are accepted/,
    );
    for (const jwk of [{ use: 'sig', kid: 'a' }, { kid: 'a' }, {}])
      await passesOver(readPeer({ kty: 'oct', k: 'AAAA', ...jwk }), /is symmetric/);
  });

  test('of another type, or of none, the type is what is named', async () => {
    for (const jwk of [{ use: 'sig', kid: 'a' }, {}]) {
      await passesOver(
        readPeer({ ...jwk, kty: 'OKP', x: 'AAAA' }),
        /has a kty, its type, that is not used here/,
      );
      await passesOver(readPeer(jwk), /lacks kty, its type; RSA and EC keys are accepted/);
    }
  });

  test('use, key_ops and alg each say it, and have to agree', async () => {
    const bare = without(OWN_ENC, 'use', 'alg');
    for (const more of [
      { use: 'enc' },
      { alg: 'RSA-OAEP-256' },
      { key_ops: ['decrypt'] },
      { key_ops: ['unwrapKey', 'decrypt'] },
    ]) {
      assert.equal((await readOwn({ ...bare, ...more })).keys[0]?.purpose, 'decrypt');
    }
    assert.equal((await readOwn({ ...bare, key_ops: ['sign', 'verify'] })).keys[0]?.purpose, 'sign');
    await refuses(readOwn(bare), /lacks use, key_ops and alg/);
    for (const more of [
      { use: 'enc', alg: 'RS256' },
      { use: 'sig', key_ops: ['decrypt'] },
      { key_ops: ['sign', 'decrypt'] },
      { key_ops: ['sign', 'deriveBits'] },
      { key_ops: [], alg: 'HS256' },
      { use: 'tls' },
      { use: 'enc', alg: 'toString' },
      { use: 'enc', key_ops: ['toString'] },
      { use: 'enc', alg: 'dir' },
    ]) {
      await refuses(readOwn({ ...bare, ...more }), /have to agree on sig or enc|alg that is not used here/);
    }
    await refuses(readOwn({ ...bare, use: 'enc', key_ops: 'decrypt' }), /not a list/);
    await refuses(readOwn({ ...bare, key_ops: ['encrypt'] }), /its key_ops lack decrypt and unwrapKey/);
    await passesOver(readPeer({ ...PEER_SIG, key_ops: ['sign'] }), /its key_ops lack verify/);
  });

  test('[JWE-2] its own algorithm is the only one; without one, those allowed that fit it, never RSA1_5', async () => {
    const algorithmsOf = async (jwk: Jwk, allowed?: AllowedAlgorithms) =>
      (await read({ google: [sourceOf('google', [jwk])], ...(allowed && { allowed }) })).keys[0]?.algorithms;
    assert.deepEqual(await algorithmsOf(without(PEER_SIG, 'alg')), ['RS256', 'PS256']);
    assert.deepEqual(await algorithmsOf({ ...PEER_SIG, alg: 'PS256' }), ['PS256']);
    assert.deepEqual(await algorithmsOf(without(PEER_ENC, 'alg'), OLDER_ALGORITHMS), ['RSA-OAEP-256']);
    assert.deepEqual(await algorithmsOf({ ...PEER_ENC, alg: 'RSA1_5' }, OLDER_ALGORITHMS), ['RSA1_5']);
    assert.deepEqual(await algorithmsOf(without(jwkOf('google-es256.public', 'google-es256-sig'), 'alg')), [
      'ES256',
    ]);
    await passesOver(
      readPeer({ ...PEER_ENC, alg: 'RSA1_5' }),
      /not allowed here; accepted to encrypt: RSA-OAEP-256$/,
    );
    await passesOver(readPeer({ ...PEER_SIG, alg: 'ES256' }), /not allowed here/);
    await refuses(readOwn({ ...OWN_EC, use: 'enc', alg: undefined }), /accepted to decrypt: RSA-OAEP-256$/);
  });

  test('[JWE-4] each has a name, and no two of one purpose the same', async () => {
    for (const kid of [undefined, '', 7, 'ä', 'a\nb', 'a'.repeat(257)]) {
      await passesOver(readPeer({ ...PEER_SIG, kid }), /lacks a kid of 1 to 256 printable ASCII characters/);
    }
    const twin = { ...jwkOf('google-next.public', 'google-next-sig'), kid: PEER_SIG['kid'] };
    const twins = await readPeer(PEER_SIG, twin, PEER_ENC);
    assert.deepEqual(
      twins.keys.map(({ keyId }) => keyId),
      ['google-enc'],
      'which of the two a message means can not be told',
    );
    assert.equal(twins.passedOver.filter(({ reason }) => /shares its kid/.test(reason)).length, 2);
    const ownTwin = { ...jwkOf('own-next.private', 'own-next-sig'), kid: OWN_SIG['kid'] };
    await refuses(readOwn(OWN_SIG, ownTwin), /two keys to sign have the kid own-sig/);
    assert.equal((await readPeer(PEER_SIG, { ...PEER_SIG, kid: 'b' })).keys.length, 2);
    await refuses(readOwn(OWN_SIG, { ...OWN_SIG, kid: 'b' }), /given twice to sign/);
    assert.equal((await readPeer(PEER_SIG, { ...PEER_ENC, kid: PEER_SIG['kid'] })).keys.length, 2);
  });

  test('[OQ-79, JWE-4] a key that has ended, or begins when another ends, takes none of the same kid down', async () => {
    const twin = { ...jwkOf('google-next.public', 'google-next-sig'), kid: PEER_SIG['kid'] };
    const [now, later] = [NOW_MS / 1000, NOW_MS / 1000 + 3600];
    const thumbprints = async (...google: KeySource[]) =>
      (await read({ google })).keys
        .filter(({ notBeforeMs, expiresAtMs = Infinity, retiresAtMs = Infinity }) => {
          return notBeforeMs <= NOW_MS && NOW_MS < Math.min(expiresAtMs, retiresAtMs);
        })
        .map(({ fingerprint }) => fingerprint);
    const [good] = await thumbprints(sourceOf('google.json', [PEER_SIG]));
    assert.ok(good);
    for (const ended of [
      { ...twin, exp: now - 1 },
      { ...twin, exp: now },
      { ...twin, exp: now - 1e8 },
    ])
      for (const keys of [
        [ended, PEER_SIG],
        [PEER_SIG, ended],
      ])
        assert.deepEqual(await thumbprints(sourceOf('google.json', keys)), [good]);
    const succeeded = [
      { ...PEER_SIG, exp: later },
      { ...twin, nbf: later },
    ];
    assert.deepEqual(await thumbprints(sourceOf('google.json', succeeded)), [good]);
    const overlap = [
      { ...PEER_SIG, exp: later },
      { ...twin, nbf: later - 1 },
    ];
    assert.deepEqual(await thumbprints(sourceOf('google.json', overlap)), []);
    const retired = { ...sourceOf('old.json', [twin]), retiresAtMs: NOW_MS - 1 };
    assert.deepEqual(await thumbprints(retired, sourceOf('new.json', [PEER_SIG])), [good]);
  });

  test('one key of ours does not sign and decrypt', async () => {
    const twin = { ...OWN_SIG, kid: 'twin', use: 'enc', alg: 'RSA-OAEP-256' };
    await refuses(readOwn(OWN_SIG, twin), /key twin is given for signing and for decrypting/);
  });
});
