import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sealJwe } from '../../../src/codecs/jose/jwe-seal.ts';
import { exportPublicJwks, type GeneratedJwks, generateJwks } from '../../../src/codecs/jose/jwk-generate.ts';
import { readJwkKeyRing } from '../../../src/codecs/jose/jwk-keys.ts';
import { DAY_MS, keyFile, NESTED, NOW_MS, OLDER_ALGORITHMS, REQUEST, tryOpen } from './jwe-vectors.ts';

type Jwks = { readonly keys: readonly Record<string, unknown>[] };

const parse = (text: string) => (JSON.parse(text) as Jwks).keys;
const both = ['sign', 'decrypt'] as const;
const ours = await generateJwks({ purposes: both, nowMs: NOW_MS });

function ringOf(ours: GeneratedJwks, google: GeneratedJwks) {
  return readJwkKeyRing({
    ours: [{ name: 'own', bytes: Buffer.from(ours.privateSet.reveal()) }],
    google: [{ name: 'peer', bytes: Buffer.from(google.publicSet) }],
    allowed: OLDER_ALGORITHMS,
    purposes: ['decrypt', 'sign', 'verify', 'encrypt'],
    graceMs: 0,
    nowMs: NOW_MS,
  });
}

describe('generating JWKs', () => {
  test('[ENC-5, JWE-1] RSA of 2048 bits for both purposes, for a year, and what they are for in them', async () => {
    assert.equal(ours.expiresAtMs, NOW_MS + 365 * DAY_MS);
    assert.equal(new Set(ours.keyIds).size, 2);
    const nbf = NOW_MS / 1000;
    for (const [at, [use, alg]] of [
      ['sig', 'RS256'],
      ['enc', 'RSA-OAEP-256'],
    ].entries()) {
      const { n, e, ...said } = parse(ours.publicSet)[at] ?? {};
      const kid = ours.keyIds[at];
      assert.deepEqual(said, { kid, kty: 'RSA', use, alg, nbf, exp: nbf + 365 * 86_400 });
      assert.equal(Buffer.from(String(n), 'base64url').length, 256);
      assert.equal(e, 'AQAB');
    }
  });

  test('[ENC-1] two sides that generated their keys understand each other', async () => {
    const theirs = await generateJwks({
      purposes: both,
      signing: 'ES256',
      keyManagement: 'RSA1_5',
      nowMs: NOW_MS,
    });
    const contentEncryption = ['A256GCM', 'A128CBC-HS256'] as const;
    const rules = { ...NESTED, contentEncryption };
    const [ring, mirror] = await Promise.all([ringOf(ours, theirs), ringOf(theirs, ours)]);
    assert.deepEqual(await tryOpen(await sealJwe(REQUEST, ring, rules, NOW_MS), mirror, rules), REQUEST);
    assert.deepEqual(await tryOpen(await sealJwe(REQUEST, mirror, rules, NOW_MS), ring, rules), REQUEST);
  });

  test('a stronger key, a shorter life, a key for one purpose', async () => {
    const { publicSet, keyIds } = await generateJwks({
      purposes: ['sign'],
      signing: 'PS256',
      rsaBits: 3072,
      validityDays: 1,
      nowMs: NOW_MS,
    });
    const [jwk, ...others] = parse(publicSet);
    assert.equal(Buffer.from(String(jwk?.['n']), 'base64url').length, 384);
    assert.deepEqual([jwk?.['alg'], jwk?.['kid'], others.length], ['PS256', keyIds[0], 0]);
  });

  test('[ENC-5] strength and life outside the bounds are refused', async () => {
    for (const rsaBits of [1024, 2047, 2048.5, 4097, 16_384, Number.NaN]) {
      await assert.rejects(
        generateJwks({ purposes: both, rsaBits, nowMs: NOW_MS }),
        /RSA key has 2048 to 4096 bits/,
      );
    }
    for (const validityDays of [0, -1, 1.5, 732, Number.NaN]) {
      await assert.rejects(
        generateJwks({ purposes: both, validityDays, nowMs: NOW_MS }),
        /lives 1 to 731 days/,
      );
    }
  });

  test('[ERR-4] the private set shows itself to nobody', () => {
    assert.equal(JSON.stringify(ours.privateSet), '"[secret]"');
  });
});

describe('exporting public JWKs', () => {
  test('[ENC-3, ENC-4] nothing private is in it', () => {
    for (const name of ['own', 'own-es256', 'own-older']) {
      const exported = exportPublicJwks(keyFile(`${name}.private`));
      const expected = parse(keyFile(`${name}.public`).toString());
      assert.deepEqual(parse(exported), expected);
    }
    assert.equal(exportPublicJwks(Buffer.from(ours.privateSet.reveal())), ours.publicSet);
  });

  test('members that nobody knows stay behind, and key_ops of a private key become its use', () => {
    const [jwk] = parse(keyFile('own.private').toString());
    const { use: _, alg: __, ...rest } = jwk ?? {};
    const changed = { ...rest, key_ops: ['sign'], secretNote: 'x', oth: [] };
    const [exported] = parse(exportPublicJwks(Buffer.from(JSON.stringify(changed))));
    assert.deepEqual(Object.keys(exported ?? {}).sort(), ['e', 'exp', 'kid', 'kty', 'n', 'nbf', 'use']);
    assert.equal(exported?.['use'], 'sig');
  });
});
