import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { CURRENT_ALGORITHMS } from '../../src/codecs/jose/algorithms.ts';
import { readJwkKeyRing } from '../../src/codecs/jose/jwk-keys.ts';
import { encode, encodeHeader, forgeJwe, forgeJws, type Header } from '../codecs/jose/forge.ts';
import { jwkOf, keyOf, NOW_MS, REQUEST, readRing, sourceOf, tryOpen } from '../codecs/jose/jwe-vectors.ts';
import { quickestOf } from './quickest.ts';

/** Numbers, headers and work that are larger than any honest sender’s. */
const ring = await readRing(['own'], ['google']);
const googleRing = await readRing(['google'], ['own']);
const recipient = keyOf(googleRing, 'encrypt').key;
const signer = keyOf(googleRing, 'sign').key;
const OUTER = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'own-enc' };
const INNER = { alg: 'RS256', kid: 'google-sig' };
const JWS = forgeJws(INNER, REQUEST, signer);

function oddNumber(bytes: number): string {
  const number = randomBytes(bytes);
  number[0] = 0xff;
  number[bytes - 1] = 1;
  return encode(number);
}

async function assertQuick(body: string, reason: string): Promise<void> {
  const durationMs = await quickestOf(3, async () => assert.equal(await tryOpen(body, ring), reason));
  assert.ok(durationMs < 20, `${durationMs} ms`);
}

describe('[ENC-5] oversized keys', () => {
  for (const [what, change, fault] of [
    [
      'modulus of 16 384 bits',
      { n: oddNumber(2048) },
      /RSA key of 16384 bits; 2048 to 4096 bits are accepted/,
    ],
    [
      'public exponent of 2048 bits',
      { e: oddNumber(256) },
      /public exponent below 65537, which is usual, or above 32 bits/,
    ],
    [
      'public exponent of 33 bits',
      { e: oddNumber(5) },
      /public exponent below 65537, which is usual, or above 32 bits/,
    ],
  ] as const) {
    test(`a ${what} is refused before it is used`, async () => {
      const ours = { ...jwkOf('own.private', 'own-sig'), ...change };
      const google = { ...jwkOf('google.public', 'google-sig'), ...change };
      for (const sources of [
        { ours: [sourceOf('large', [ours])], google: [], purposes: [] },
        { ours: [], google: [sourceOf('large', [google])], purposes: ['verify'] as const },
      ]) {
        const rules = { allowed: CURRENT_ALGORITHMS, graceMs: 0, nowMs: NOW_MS };
        const durationMs = await quickestOf(3, () =>
          assert.rejects(readJwkKeyRing({ ...sources, ...rules }), { name: 'KeyRingError', message: fault }),
        );
        assert.ok(durationMs < 200, `${durationMs} ms`);
      }
    });
  }

  test('[JWE-2] one that comes in a token is not even read', async () => {
    const jwk = { kty: 'RSA', n: oddNumber(1024), e: oddNumber(100) };
    const inner = forgeJws({ ...INNER, jwk }, REQUEST, signer);
    await assertQuick(forgeJwe(OUTER, inner, recipient), 'signature-format');
    await assertQuick(forgeJwe({ ...OUTER, jwk }, JWS, recipient), 'outer-structure');
  });
});

describe('[JWE-5] oversized parts', () => {
  const [header, key, iv, ciphertext, tag] = forgeJwe(OUTER, JWS, recipient).split('.');

  test('an encrypted key or a signature longer than the modulus of its key', async () => {
    for (const bytes of [257, 512, 8192, 150_000]) {
      await assertQuick(`${header}.${oddNumber(bytes)}.${iv}.${ciphertext}.${tag}`, 'integrity');
    }
    const signedPart = JWS.slice(0, JWS.lastIndexOf('.'));
    for (const bytes of [257, 8192, 100_000]) {
      await assertQuick(forgeJwe(OUTER, `${signedPart}.${oddNumber(bytes)}`, recipient), 'wrong-signature');
    }
  });

  test('a vector or a tag of another length', async () => {
    for (const bytes of [1, 11, 13, 16, 100_000]) {
      await assertQuick(`${header}.${key}.${oddNumber(bytes)}.${ciphertext}.${tag}`, 'outer-structure');
    }
    for (const bytes of [1, 4, 8, 12, 15, 17, 32, 100_000]) {
      await assertQuick(`${header}.${key}.${iv}.${ciphertext}.${oddNumber(bytes)}`, 'outer-structure');
    }
  });

  test('[OQ-52] a header that is long, deep or full of members', async () => {
    const headers: readonly Header[] = [
      { ...OUTER, pad: 'a'.repeat(100_000) },
      `{"kid":"own-enc","deep":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      `{"kid":"own-enc","deep":${'{"a":'.repeat(300)}1${'}'.repeat(300)}}`,
      Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`m${at}`, at])),
      ' '.repeat(100_000),
    ];
    for (const large of headers) {
      await assertQuick(`${encodeHeader(large)}.${key}.${iv}.${ciphertext}.${tag}`, 'outer-structure');
      const inner = `${encodeHeader(large)}.${JWS.split('.').slice(1).join('.')}`;
      await assertQuick(forgeJwe(OUTER, inner, recipient), 'signature-format');
    }
  });

  test('a quarter of a million dots', async () => {
    await assertQuick('.'.repeat(256 * 1024), 'encoding');
    await assertQuick('a.'.repeat(128 * 1024), 'encoding');
    await assertQuick(forgeJwe(OUTER, '.'.repeat(180_000), recipient), 'unsigned');
  });
});

describe('[JWE-2] work that the sender chooses', () => {
  test('a password derivation of two thousand million rounds is not begun', async () => {
    for (const alg of ['PBES2-HS256+A128KW', 'PBES2-HS512+A256KW']) {
      const header = { ...OUTER, alg, p2c: 2_147_483_647, p2s: 'AAAAAAAAAAAAAAAAAAAAAA' };
      await assertQuick(forgeJwe(header, JWS, recipient), 'outer-algorithm');
    }
  });
});
