import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compactDecrypt, decodeProtectedHeader, importJWK } from 'jose';
import { sealJwe } from '../../../src/codecs/jose/jwe-seal.ts';
import { readJwkKeyRing } from '../../../src/codecs/jose/jwk-keys.ts';
import {
  BARE,
  jwkOf,
  NESTED,
  NOW_MS,
  OLDER,
  OLDER_ALGORITHMS,
  REQUEST,
  readRing,
  sourceOf,
  tryOpen,
} from './jwe-vectors.ts';

const ring = await readRing(['own', 'own-next', 'own-expired'], ['google', 'google-next', 'google-expired']);
const googleRing = await readRing(['google', 'google-next'], ['own', 'own-next']);

const textOf = (sealed: Uint8Array) => Buffer.from(sealed).toString();

/** The headers of JWE and JWS, read with the keys of Google's side by the JOSE library. */
async function headersOf(sealed: Uint8Array) {
  const outer = decodeProtectedHeader(textOf(sealed));
  const file = String(outer['kid']).replace('-enc', '.private');
  const { plaintext } = await compactDecrypt(sealed, await importJWK(jwkOf(file, String(outer['kid']))));
  return { outer, inner: decodeProtectedHeader(Buffer.from(plaintext).toString()) };
}

describe('sealing', () => {
  test('[JWE-1, JWE-6, OQ-51] signed with our newest key, then encrypted to the newest of Google’s', async () => {
    const sealed = await sealJwe(REQUEST, ring, NESTED, NOW_MS);
    assert.deepEqual(await headersOf(sealed), {
      outer: { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'google-next-enc', cty: 'JWT' },
      inner: { alg: 'RS256', kid: 'own-next-sig' },
    });
    assert.deepEqual(await tryOpen(sealed, googleRing), REQUEST);
  });

  test('[HTTP-5] the body is the compact serialization, without a second encoding or a line break', async () => {
    const text = textOf(await sealJwe(REQUEST, ring, NESTED, NOW_MS));
    assert.match(text, /^eyJ[\w-]+\.[\w-]+\.[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  test('[ENC-2] keys are changed by the clock alone', async () => {
    const kids = async (nowMs: number) => {
      const { outer, inner } = await headersOf(await sealJwe(REQUEST, ring, NESTED, nowMs));
      return [outer['kid'], inner['kid']];
    };
    assert.deepEqual(await kids(Date.UTC(2026, 8, 30)), ['google-enc', 'own-sig']);
    assert.deepEqual(await kids(Date.UTC(2026, 9, 1)), ['google-next-enc', 'own-next-sig']);
    assert.deepEqual(await kids(Date.UTC(2027, 5, 1)), ['google-next-enc', 'own-next-sig']);
    await assert.rejects(kids(Date.UTC(2027, 11, 1)), /no active key to encrypt with/);
  });

  test('[JWE-4] of keys that began together, or at no known time, the last one given is used', async () => {
    const { nbf: _, exp: __, ...first } = jwkOf('google.public', 'google-enc');
    const { nbf: ___, exp: ____, ...second } = jwkOf('google-next.public', 'google-next-enc');
    const kidOf = async (...keys: object[]) => {
      const timeless = await readJwkKeyRing({
        ours: [],
        google: [sourceOf('google', keys)],
        allowed: OLDER_ALGORITHMS,
        purposes: ['encrypt'],
        graceMs: 0,
        nowMs: NOW_MS,
      });
      return decodeProtectedHeader(textOf(await sealJwe(REQUEST, timeless, BARE, NOW_MS)))['kid'];
    };
    assert.equal(await kidOf(first, second), 'google-next-enc');
    assert.equal(await kidOf(second, first), 'google-enc');
  });

  test('[JWE-6] the signature says when it was made if that is switched on', async () => {
    const sealed = await sealJwe(REQUEST, ring, { ...NESTED, issuedAt: true }, NOW_MS + 999);
    assert.deepEqual((await headersOf(sealed)).inner, {
      alg: 'RS256',
      kid: 'own-next-sig',
      iat: NOW_MS / 1000,
    });
  });

  test('[OQ-13] a bare JWE is not signed and needs no key for it', async () => {
    const bareRing = await readRing([], ['google'], { purposes: ['encrypt'] });
    const sealed = await sealJwe(REQUEST, bareRing, BARE, NOW_MS);
    assert.deepEqual(decodeProtectedHeader(textOf(sealed)), {
      alg: 'RSA-OAEP-256',
      enc: 'A256GCM',
      kid: 'google-enc',
    });
    assert.deepEqual(await tryOpen(sealed, googleRing, BARE), REQUEST);
  });

  for (const name of ['own-es256', 'own-ps256']) {
    test(`[JWE-2] a key of ours signs with its own algorithm: ${name}`, async () => {
      const sealed = await sealJwe(
        REQUEST,
        await readRing([name], ['google'], { purposes: [] }),
        NESTED,
        NOW_MS,
      );
      assert.deepEqual((await headersOf(sealed)).inner, {
        alg: name.slice(4).toUpperCase(),
        kid: `${name}-sig`,
      });
      assert.deepEqual(await tryOpen(sealed, await readRing(['google'], [name], { purposes: [] })), REQUEST);
    });
  }

  test('[JWE-3] to a key of the older edition it is RSA1_5 with A128CBC-HS256', async () => {
    const sealed = await sealJwe(
      REQUEST,
      await readRing(['own'], ['google-older'], { purposes: [] }),
      OLDER,
      NOW_MS,
    );
    assert.deepEqual(decodeProtectedHeader(textOf(sealed)), {
      alg: 'RSA1_5',
      enc: 'A128CBC-HS256',
      kid: 'google-older-enc',
      cty: 'JWT',
    });
    assert.deepEqual(
      await tryOpen(sealed, await readRing(['google-older'], ['own'], { purposes: [] }), OLDER),
      REQUEST,
    );
  });

  test('two seals of one payload have nothing in common', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => sealJwe(REQUEST, ring, NESTED, NOW_MS)));
    const parts = (sealed: Uint8Array | undefined) =>
      textOf(sealed ?? REQUEST)
        .split('.')
        .slice(1);
    assert.ok(parts(first).every((part, at) => part !== parts(second)[at]));
  });
});
