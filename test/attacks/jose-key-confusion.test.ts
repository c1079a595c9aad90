import assert from 'node:assert/strict';
import { constants, createPublicKey, type KeyObject, publicEncrypt, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { CURRENT_ALGORITHMS } from '../../src/codecs/jose/algorithms.ts';
import { sealJwe } from '../../src/codecs/jose/jwe-seal.ts';
import { encode, encodeHeader, forgeHmacJws, forgeJwe, forgeJws, gcmParts } from '../codecs/jose/forge.ts';
import { jwkOf, keyOf, NESTED, NOW_MS, REQUEST, readRing, tryOpen } from '../codecs/jose/jwe-vectors.ts';

/** Tokens that would have us use another key, or a key for another thing, than the one that is configured for it. */
const ring = await readRing(['own', 'own-next'], ['google', 'google-next'], { allowed: CURRENT_ALGORITHMS });
const googleRing = await readRing(['google'], ['own']);
const recipient = keyOf(googleRing, 'encrypt').key;
const signer = keyOf(googleRing, 'sign').key;
const strangerKey = keyOf(await readRing(['stranger'], ['own']), 'sign').key;
const OUTER = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'own-enc' };
const INNER = { alg: 'RS256', kid: 'google-sig' };

const withOuterKid = (kid: unknown) =>
  forgeJwe({ ...OUTER, kid }, forgeJws(INNER, REQUEST, signer), recipient);
const withInner = (header: object, key: KeyObject = signer) =>
  forgeJwe(OUTER, forgeJws({ ...INNER, ...header }, REQUEST, key), recipient);

const TRICKS: readonly unknown[] = [
  '../../own-enc',
  './own-enc',
  '/dev/null',
  '/proc/self/environ',
  'own-enc\0',
  'own-enc\0.pem',
  'file:///etc/passwd',
  'https://google.example/keys.json',
  "' OR '1'='1",
  "x' UNION SELECT 'AAAA' --",
  '$(id)',
  '|id',
  '*',
  '.*',
  '%6f%77%6e-enc',
  'own-enc\n',
  'own-enc ',
  'OWN-ENC',
  'own-еnc',
  '__proto__',
  'constructor',
  'toString',
  'length',
  '0',
  0,
  -1,
  true,
  ['own-enc'],
  { kid: 'own-enc' },
];

describe('[JWE-5] a kid is compared and nothing else', () => {
  for (const kid of TRICKS) {
    test(`${JSON.stringify(kid)} names no key`, async () => {
      const outer = await tryOpen(withOuterKid(kid), ring);
      assert.ok(outer === 'not-for-us' || outer === 'outer-structure', String(outer));
      const inner = await tryOpen(withInner({ kid }), ring);
      assert.ok(inner === 'unknown-signer' || inner === 'signature-format', String(inner));
    });
  }
});

describe('[JWE-2] a token brings no key along', () => {
  for (const [member, value] of Object.entries({
    jwk: jwkOf('stranger.public', 'stranger-sig'),
    jku: 'http://127.0.0.1:1/keys.json',
    x5u: 'http://127.0.0.1:1/cert.pem',
    x5c: ['MIIB'],
  })) {
    test(`${member} is refused in either header`, async () => {
      assert.equal(await tryOpen(withInner({ [member]: value }, strangerKey), ring), 'signature-format');
      const outer = forgeJwe({ ...OUTER, [member]: value }, forgeJws(INNER, REQUEST, signer), recipient);
      assert.equal(await tryOpen(outer, ring), 'outer-structure');
    });
  }

  test('a thumbprint of another key changes nothing', async () => {
    assert.equal(
      await tryOpen(withInner({ x5t: 'AAAA', 'x5t#S256': 'AAAA' }, strangerKey), ring),
      'wrong-signature',
    );
  });
});

describe('[JWE-2] a key is used for what it is for', () => {
  test('a public key is no HMAC secret, in whatever form', async () => {
    const publicKey = createPublicKey({ key: jwkOf('google.public', 'google-sig'), format: 'jwk' });
    const secrets = [
      publicKey.export({ format: 'pem', type: 'spki' }),
      publicKey.export({ format: 'der', type: 'spki' }),
      publicKey.export({ format: 'pem', type: 'pkcs1' }),
      JSON.stringify(jwkOf('google.public', 'google-sig')),
      Buffer.from(String(jwkOf('google.public', 'google-sig')['n']), 'base64url'),
      '',
    ];
    for (const alg of ['HS256', 'HS384', 'HS512']) {
      for (const secret of secrets) {
        const jws = forgeHmacJws({ alg, kid: 'google-sig' }, REQUEST, secret);
        assert.equal(await tryOpen(forgeJwe(OUTER, jws, recipient), ring), 'signature-algorithm');
      }
    }
  });

  test('a public key is no content encryption key, under dir or in place of an encrypted one', async () => {
    const secret = createPublicKey({ key: jwkOf('own.public', 'own-enc'), format: 'jwk' })
      .export({ format: 'der', type: 'spki' })
      .subarray(0, 32);
    const header = encodeHeader({ ...OUTER, alg: 'dir' });
    const [iv, ciphertext, tag] = gcmParts(header, forgeJws(INNER, REQUEST, signer), secret);
    assert.equal(await tryOpen(`${header}..${iv}.${ciphertext}.${tag}`, ring), 'encoding');
    assert.equal(
      await tryOpen(`${header}.${encode(secret)}.${iv}.${ciphertext}.${tag}`, ring),
      'outer-algorithm',
    );
  });

  test('an all-zero key is not what is left when decryption fails', async () => {
    for (const key of [Buffer.alloc(32), Buffer.alloc(256), Buffer.alloc(256, 0xff), Buffer.alloc(1)]) {
      const header = encodeHeader(OUTER);
      const parts = gcmParts(header, forgeJws(INNER, REQUEST, signer), Buffer.alloc(32));
      assert.equal(await tryOpen([header, encode(key), ...parts].join('.'), ring), 'integrity');
    }
  });

  test('a content encryption key of another length is not cut or filled up', async () => {
    const oaep = { key: recipient, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
    for (const bytes of [0, 1, 16, 24, 31, 32, 33, 64]) {
      const cek = randomBytes(bytes);
      const header = encodeHeader(OUTER);
      const guess = Buffer.concat([cek, Buffer.alloc(32)]).subarray(0, 32);
      const parts = gcmParts(header, forgeJws(INNER, REQUEST, signer), guess);
      const opened = await tryOpen([header, encode(publicEncrypt(oaep, cek)), ...parts].join('.'), ring);
      assert.deepEqual(opened, bytes === 32 ? REQUEST : 'integrity', String(bytes));
    }
  });

  test('one of Google’s encryption keys signs nothing, nor does a key of ours', async () => {
    const encryptionKey = keyOf(googleRing, 'decrypt').key;
    for (const kid of ['google-enc', 'google-sig']) {
      const opened = await tryOpen(withInner({ kid }, encryptionKey), ring);
      assert.equal(opened, kid === 'google-enc' ? 'unknown-signer' : 'wrong-signature');
    }
    const ours = keyOf(ring, 'sign').key;
    assert.equal(await tryOpen(withInner({ kid: 'own-sig' }, ours), ring), 'unknown-signer');
  });

  test('an answer of ours sent back to us is no request', async () => {
    assert.equal(await tryOpen(await sealJwe(REQUEST, ring, NESTED, NOW_MS), ring), 'not-for-us');
    const inner = forgeJwe(
      OUTER,
      forgeJws({ alg: 'RS256', kid: 'own-sig' }, REQUEST, keyOf(ring, 'sign').key),
      recipient,
    );
    assert.equal(await tryOpen(inner, ring), 'unknown-signer');
  });

  test('an ES256 signature of zeros, or of the order of the curve, is wrong', async () => {
    const elliptic = await readRing(['own'], ['google-es256'], { purposes: [] });
    const header = encodeHeader({ alg: 'ES256', kid: 'google-es256-sig' });
    const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
    for (const signature of [
      Buffer.alloc(64),
      Buffer.concat([order, order]),
      Buffer.alloc(1),
      Buffer.alloc(63, 1),
      Buffer.from('3006020100020100', 'hex'),
    ]) {
      const jws = `${header}.${encode(REQUEST)}.${encode(signature)}`;
      assert.equal(await tryOpen(forgeJwe(OUTER, jws, recipient), elliptic), 'wrong-signature');
    }
  });
});
