import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import type { KeySource } from '../../../src/codecs/keys/key-source.ts';
import { DAY_MS, jwkOf, NOW_MS, readRing, sourceOf } from './jwe-vectors.ts';
import {
  type Jwk,
  OWN_EC,
  OWN_SIG,
  PEER_SIG,
  passesOver,
  read,
  readOwn,
  readPeer,
  refuses,
  without,
} from './jwk-reading.ts';

describe('[ENC-5] strength and life of a JWK', () => {
  function rsa(bits: number, publicExponent = 65_537): Jwk {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits, publicExponent });
    return { ...(privateKey.export({ format: 'jwk' }) as Jwk), kid: 'a', use: 'sig', exp: NOW_MS / 1000 + 1 };
  }

  test('RSA has 2048 to 4096 bits and an ordinary exponent', async () => {
    await refuses(readOwn(rsa(1024)), /RSA key of 1024 bits; 2048 to 4096/);
    await refuses(readOwn(rsa(2040)), /RSA key of 2040 bits/);
    await refuses(readOwn(rsa(2048, 3)), /public exponent below 65537/);
    await passesOver(readPeer({ ...PEER_SIG, e: 'AQ' }), /public exponent below 65537/);
  });

  test('elliptic curves: P-256 and only for signatures', async () => {
    assert.equal((await readOwn(OWN_EC)).keys[0]?.purpose, 'sign');
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const jwk = publicKey.export({ format: 'jwk' }) as Jwk;
    await passesOver(readPeer({ ...jwk, kid: 'a', use: 'sig' }), /EC key of another curve than P-256/);
    await passesOver(readPeer({ ...jwk, kid: 'a', alg: 'ECDH-ES' }), /alg that is not used here/);
  });

  test('a damaged key is refused, and a private part of another key', async () => {
    await refuses(
      readOwn(without(OWN_SIG, 'p', 'q', 'dp', 'dq', 'qi')),
      /is not a sound key; RSA has n and e/,
    );
    await passesOver(readPeer(without(PEER_SIG, 'n')), /is not a sound key/);
    await passesOver(
      readPeer({ ...jwkOf('google-es256.public', 'google-es256-sig'), y: 'AAAA' }),
      /is not a sound key/,
    );
    const other = jwkOf('own-next.private', 'own-next-sig');
    await refuses(readOwn({ ...OWN_SIG, n: other['n'] }), /doesn't fit its public part/);
    const { d } = createPrivateKey({
      key: jwkOf('google-es256.private', 'google-es256-sig'),
      format: 'jwk',
    }).export({ format: 'jwk' });
    await refuses(readOwn({ ...OWN_EC, d }), /doesn't fit its public part|not a sound key/);
  });

  test('a key of ours ends, two years after it began at the most; one of Google’s needn’t', async () => {
    const times = (jwk: Jwk, members: Jwk) => ({ ...without(jwk, 'nbf', 'exp'), ...members });
    const nbf = Date.UTC(2026, 2, 1) / 1000;
    await refuses(readOwn(times(OWN_SIG, { nbf })), /never expires; it needs exp/);
    await refuses(readOwn(times(OWN_SIG, { nbf, exp: nbf + 732 * 86_400 })), /lives longer than two years/);
    await refuses(
      readOwn(times(OWN_SIG, { exp: NOW_MS / 1000 + 732 * 86_400 })),
      /lives longer than two years/,
    );
    await readOwn(times(OWN_SIG, { nbf, exp: nbf + 731 * 86_400 }));
    await readOwn(times(OWN_SIG, { iat: nbf, exp: nbf + 731 * 86_400 }));
    const [key] = (await readPeer(times(PEER_SIG, {}))).keys;
    assert.deepEqual([key?.notBeforeMs, key?.expiresAtMs], [0, undefined]);
  });

  test('[OQ-54] of the times in the key and beside it the narrower count', async () => {
    const nbf = Number(OWN_SIG['nbf']) * 1000;
    const exp = Number(OWN_SIG['exp']) * 1000;
    const lifeOf = async (times: Partial<KeySource>) => {
      const [key] = (await read({ ours: [sourceOf('own', [OWN_SIG], times)] })).keys;
      return [key?.notBeforeMs, key?.retiresAtMs, key?.expiresAtMs];
    };
    assert.deepEqual(await lifeOf({}), [nbf, undefined, exp]);
    assert.deepEqual(await lifeOf({ notBeforeMs: nbf - 1, expiresAtMs: exp + 1 }), [nbf, undefined, exp]);
    assert.deepEqual(await lifeOf({ notBeforeMs: nbf + 1, retiresAtMs: NOW_MS, expiresAtMs: exp - DAY_MS }), [
      nbf + 1,
      NOW_MS,
      exp - DAY_MS,
    ]);
    for (const value of ['1795341600', NOW_MS, -1, Number.NaN, null, {}]) {
      await refuses(
        readOwn({ ...OWN_SIG, exp: value }),
        /has an exp that is not a number of seconds since 1970/,
      );
    }
  });

  test('expired keys stand beside their successors', async () => {
    assert.equal((await readRing(['own-expired', 'own'], ['google-expired', 'google'])).keys.length, 8);
    await refuses(readRing(['own-expired'], ['google']), /own-expired-enc is retired/);
  });
});
