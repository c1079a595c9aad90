import assert from 'node:assert/strict';
import { constants, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import type { ContentEncryption, KeyManagement } from '../../../src/codecs/jose/algorithms.ts';
import { decryptJwe, encryptJwe } from '../../../src/codecs/jose/jwe-cipher.ts';
import { cbcParts, encode, encodeHeader } from './forge.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const PADDINGS: Readonly<Record<KeyManagement, { padding: number; oaepHash?: string }>> = {
  'RSA-OAEP-256': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
  'RSA-OAEP': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
  RSA1_5: { padding: constants.RSA_PKCS1_PADDING },
};
const CEK_BYTES: Readonly<Record<ContentEncryption, number>> = {
  A256GCM: 32,
  A192GCM: 24,
  A128GCM: 16,
  'A256CBC-HS512': 64,
  'A192CBC-HS384': 48,
  'A128CBC-HS256': 32,
};
const ALGORITHMS = Object.keys(PADDINGS).flatMap((alg) =>
  Object.keys(CEK_BYTES).map((enc) => ({ alg, enc }) as { alg: KeyManagement; enc: ContentEncryption }),
);

for (const algorithms of ALGORITHMS) {
  const { alg, enc } = algorithms;
  const header = encodeHeader(algorithms);
  const decrypt = (parts: readonly string[]) => decryptJwe(parts, privateKey, algorithms);
  const encrypt = (payload: Uint8Array) => encryptJwe(payload, header, publicKey, algorithms).split('.');

  describe(`${alg} with ${enc}`, () => {
    test('[JWE-2, JWE-3] payloads of all lengths around a block go there and back', () => {
      for (const bytes of [0, 1, 15, 16, 17, 31, 32, 33, 1000]) {
        const payload = randomBytes(bytes);
        assert.deepEqual(decrypt(encrypt(payload)), payload, String(bytes));
      }
    });

    test('[JWE-2, JWE-3] header, key, vector, text and tag are all protected', () => {
      const parts = encrypt(Buffer.from('payload'));
      const other = encrypt(Buffer.from('payload'));
      for (const at of [1, 2, 3, 4]) {
        const bytes = Buffer.from(parts[at] ?? '', 'base64url');
        assert.equal(decrypt(parts.with(at, other[at] ?? '')), undefined, String(at));
        assert.equal(decrypt(parts.with(at, encode(bytes.subarray(0, -1)))), undefined, `${at} cut`);
        const longer = Buffer.concat([bytes, Buffer.from([0])]);
        assert.equal(decrypt(parts.with(at, encode(longer))), undefined, `${at} longer`);
        assert.equal(decrypt(parts.with(at, '')), undefined, `${at} empty`);
      }
      assert.equal(decrypt(parts.with(0, encodeHeader({ alg }))), undefined, 'header');
    });

    test('[JWE-2, JWE-3] a key of another length is replaced by a random one, never cut or filled up', () => {
      const parts = encrypt(Buffer.from('payload'));
      for (const bytes of [0, 1, 15, 16, 24, 31, 32, 33, 48, 64]) {
        if (bytes === CEK_BYTES[enc]) continue;
        const key = publicEncrypt({ key: publicKey, ...PADDINGS[alg] }, randomBytes(bytes));
        assert.equal(decrypt(parts.with(1, encode(key))), undefined, String(bytes));
      }
    });
  });
}

describe('AES-CBC with HMAC', () => {
  const text = Buffer.alloc(32, 'text');
  for (const alg of Object.keys(PADDINGS) as KeyManagement[]) {
    const encryptKey = (cek: Buffer) => encode(publicEncrypt({ key: publicKey, ...PADDINGS[alg] }, cek));

    test(`[JWE-3] ${alg}: a key that is cut or filled up opens nothing, though its tag would fit`, () => {
      const algorithms = { alg, enc: 'A128CBC-HS256' } as const;
      const header = encodeHeader(algorithms);
      for (const bytes of [0, 1, 16, 24, 31, 32, 33, 64]) {
        const content = randomBytes(bytes);
        const guess = Buffer.concat([content, Buffer.alloc(32)]).subarray(0, 32);
        const jwe = [header, encryptKey(content), ...cbcParts(header, text, guess)];
        const opened = decryptJwe(jwe, privateKey, algorithms);
        assert.deepEqual(opened, bytes === 32 ? text : undefined, String(bytes));
      }
    });

    test(`[JWE-3] ${alg}: each enc of the family opens with a key of its own length and no other`, () => {
      for (const enc of ['A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512'] as const) {
        const header = encodeHeader({ alg, enc });
        for (const bytes of [32, 48, 64]) {
          const cek = randomBytes(bytes);
          const jwe = [header, encryptKey(cek), ...cbcParts(header, text, cek)];
          const opened = decryptJwe(jwe, privateKey, { alg, enc });
          assert.deepEqual(opened, bytes === CEK_BYTES[enc] ? text : undefined, `${enc}, ${bytes}`);
        }
      }
    });

    test(`[JWE-3] ${alg}: one who knows the key gets no other answer for a text not padded or another vector`, () => {
      const algorithms = { alg, enc: 'A128CBC-HS256' } as const;
      const header = encodeHeader(algorithms);
      const cek = randomBytes(32);
      for (const change of [{ padded: false }, { ivBytes: 8 }, { ivBytes: 15 }, { ivBytes: 32 }]) {
        const jwe = [header, encryptKey(cek), ...cbcParts(header, text, cek, change)];
        assert.equal(decryptJwe(jwe, privateKey, algorithms), undefined, JSON.stringify(change));
      }
    });
  }
});
