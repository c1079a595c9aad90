import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { CURRENT_ALGORITHMS } from '../../../src/codecs/jose/algorithms.ts';
import { readJwkKeyRing } from '../../../src/codecs/jose/jwk-keys.ts';
import { DAY_MS, jwkOf, NOW_MS, sourceOf } from './jwe-vectors.ts';
import {
  type Jwk,
  OWN_ENC,
  OWN_SIG,
  PEER_ENC,
  PEER_SIG,
  read,
  readOwn,
  readPeer,
  refuses,
  without,
} from './jwk-reading.ts';

describe('[OQ-79] what is unusable in a set of the peer’s is passed over', () => {
  const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
  const unusable: Readonly<Record<string, unknown>> = {
    EdDSA: { ...ed25519, kid: 'x', alg: 'EdDSA', use: 'sig' },
    'EdDSA without alg': { ...ed25519, kid: 'x', use: 'sig' },
    'ECDH-ES': { ...p384, kid: 'x', alg: 'ECDH-ES', use: 'enc' },
    RS384: { ...PEER_SIG, kid: 'x', alg: 'RS384' },
    ES384: { ...p384, kid: 'x', alg: 'ES384', use: 'sig' },
    oct: { kty: 'oct', k: 'AAAA', kid: 'x', use: 'sig', alg: 'HS256' },
    'unknown kty': { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AAAA', kid: 'x', use: 'sig' },
    'too weak': { ...weak, kid: 'x', use: 'sig', alg: 'RS256' },
    private: { ...jwkOf('google-next.private', 'google-next-sig'), kid: 'x' },
    'no number': { ...PEER_SIG, kid: 'x', n: 7 },
    'exp as text': { ...PEER_SIG, kid: 'x', exp: '2030' },
    'key_ops as text': { ...PEER_SIG, kid: 'x', key_ops: 'verify' },
    'no kid': without(PEER_SIG, 'kid'),
    nothing: null,
    text: 'key',
    list: [],
  };
  for (const [what, jwk] of Object.entries(unusable)) {
    test(`${what}, named, wherever it stands`, async () => {
      for (const at of [0, 1, 2]) {
        const keys = [PEER_SIG, PEER_ENC].toSpliced(at, 0, jwk as Jwk);
        const all = ['verify', 'encrypt'] as const;
        const google = [sourceOf('google.json', keys)];
        const ring = await readJwkKeyRing({
          ours: [],
          google,
          allowed: CURRENT_ALGORITHMS,
          purposes: all,
          graceMs: 0,
          nowMs: NOW_MS,
        });
        assert.deepEqual(
          ring.keys.map(({ keyId }) => keyId),
          ['google-sig', 'google-enc'],
        );
        const [passedOver, ...others] = ring.passedOver;
        assert.deepEqual([passedOver?.source, others.length], ['google.json', 0]);
        assert.equal(passedOver?.key, `the JWK at place ${at + 1} of google.json`);
      }
      await refuses(
        readJwkKeyRing({
          ours: [],
          google: [sourceOf('google.json', [jwk as Jwk])],
          allowed: CURRENT_ALGORITHMS,
          purposes: ['verify'],
          graceMs: 0,
          nowMs: NOW_MS,
        }),
        /no key to verify with: none was given; passed over: the JWK at place 1 of google\.json /,
      );
      if (what !== 'private')
        await refuses(readOwn(OWN_SIG, OWN_ENC, jwk as Jwk), /^the JWK at place 3 of own\.json /);
    });
  }

  test('the same key in an old file and in a new one is one key, which ends as soon as either says', async () => {
    const old = sourceOf('old.json', [PEER_SIG], { retiresAtMs: NOW_MS + DAY_MS });
    const later = sourceOf('new.json', [PEER_SIG, jwkOf('google-next.public', 'google-next-sig')]);
    for (const google of [
      [old, later],
      [later, old],
    ]) {
      const ring = await read({ google });
      assert.deepEqual(ring.keys.map(({ keyId }) => keyId).toSorted(), ['google-next-sig', 'google-sig']);
      assert.equal(ring.keys.find(({ keyId }) => keyId === 'google-sig')?.retiresAtMs, NOW_MS + DAY_MS);
      assert.match(ring.passedOver[0]?.reason ?? '', /is the same key as/);
    }
  });

  test('a fingerprint is of the key, however it is written', async () => {
    const [right] = (await readPeer(PEER_SIG)).keys;
    const n = Buffer.from(String(PEER_SIG['n']), 'base64url');
    const e = Buffer.from(String(PEER_SIG['e']), 'base64url');
    const zeros = (bytes: Buffer, count: number) =>
      Buffer.concat([Buffer.alloc(count), bytes]).toString('base64url');
    for (const spelt of [
      { ...PEER_SIG, n: zeros(n, 1) },
      { ...PEER_SIG, n: zeros(n, 3), e: zeros(e, 2) },
      { ...PEER_SIG, n: `${PEER_SIG['n']}==` },
      { ...PEER_SIG, e: n.length > 0 ? `${PEER_SIG['e']}=` : '' },
      Object.fromEntries(Object.entries(PEER_SIG).reverse()),
    ]) {
      const [key] = (await readPeer(spelt)).keys;
      assert.equal(key?.fingerprint, right?.fingerprint);
    }
    // RFC 7638, section 3.1, by hand.
    const canonical = JSON.stringify({ e: PEER_SIG['e'], kty: 'RSA', n: PEER_SIG['n'] });
    assert.equal(right?.fingerprint, createHash('sha256').update(canonical).digest('base64url'));
    const [ours] = (await readOwn(OWN_SIG)).keys;
    const [ownZeros] = (
      await readOwn({ ...OWN_SIG, n: zeros(Buffer.from(String(OWN_SIG['n']), 'base64url'), 1) })
    ).keys;
    assert.equal(ownZeros?.fingerprint, ours?.fingerprint);
  });

  test('a byte order mark and line ends of Windows don’t matter', async () => {
    const text = `\ufeff${JSON.stringify({ keys: [PEER_SIG] }, null, 2).replaceAll('\n', '\r\n')}\r\n`;
    assert.equal(
      (await read({ google: [{ name: 'google.json', bytes: Buffer.from(text) }] })).keys.length,
      1,
    );
  });
});
