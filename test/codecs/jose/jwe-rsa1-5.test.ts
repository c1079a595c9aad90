import assert from 'node:assert/strict';
import { constants, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { decryptRsa15, encryptRsa15 } from '../../../src/codecs/jose/jwe-rsa1-5.ts';
import { cbcParts, encode, encodeHeader } from './forge.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const HEADER = encodeHeader({ alg: 'RSA1_5', enc: 'A128CBC-HS256' });

const decrypt = (jwe: string) => decryptRsa15(jwe.split('.'), privateKey, 'A128CBC-HS256');

describe('RSA1_5 with A128CBC-HS256', () => {
  test('[JWE-3] payloads of all lengths around a block go there and back', () => {
    for (const bytes of [1, 15, 16, 17, 31, 32, 33, 1000]) {
      const payload = randomBytes(bytes);
      assert.deepEqual(decrypt(encryptRsa15(payload, HEADER, publicKey)), payload);
    }
  });

  test('[JWE-3] header, key, vector, text and tag are all protected', () => {
    const parts = encryptRsa15(Buffer.from('payload'), HEADER, publicKey).split('.');
    const other = encryptRsa15(Buffer.from('payload'), HEADER, publicKey).split('.');
    for (const at of [1, 2, 3, 4]) {
      assert.equal(decrypt(parts.with(at, other[at] ?? '').join('.')), undefined, String(at));
      const cut = Buffer.from(parts[at] ?? '', 'base64url').subarray(0, -1);
      assert.equal(decrypt(parts.with(at, encode(cut)).join('.')), undefined, `${at} cut`);
      const longer = Buffer.concat([Buffer.from(parts[at] ?? '', 'base64url'), Buffer.from([0])]);
      assert.equal(decrypt(parts.with(at, encode(longer)).join('.')), undefined, `${at} longer`);
      assert.equal(decrypt(parts.with(at, '').join('.')), undefined, `${at} empty`);
    }
    assert.equal(decrypt(parts.with(0, encodeHeader({ alg: 'RSA1_5' })).join('.')), undefined);
  });

  const encryptKey = (content: Buffer) =>
    encode(publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, content));

  const text = Buffer.alloc(32, 'text');

  test('[JWE-3] a key of another length is replaced by a random one, never cut or filled up', () => {
    for (const bytes of [0, 1, 16, 24, 31, 32, 33, 64]) {
      const content = randomBytes(bytes);
      const guess = Buffer.concat([content, Buffer.alloc(32)]).subarray(0, 32);
      const jwe = [HEADER, encryptKey(content), ...cbcParts(HEADER, text, guess)];
      assert.deepEqual(
        decryptRsa15(jwe, privateKey, 'A128CBC-HS256'),
        bytes === 32 ? text : undefined,
        String(bytes),
      );
    }
  });

  for (const [enc, cekBytes] of [
    ['A128CBC-HS256', 32],
    ['A192CBC-HS384', 48],
    ['A256CBC-HS512', 64],
  ] as const) {
    test(`[JWE-3] ${enc} of the same family opens, with a key of its own length and no other`, () => {
      const header = encodeHeader({ alg: 'RSA1_5', enc });
      for (const bytes of [32, 48, 64]) {
        const cek = randomBytes(bytes);
        const jwe = [header, encryptKey(cek), ...cbcParts(header, text, cek)];
        const opened = decryptRsa15(jwe, privateKey, enc);
        assert.deepEqual(opened, bytes === cekBytes ? text : undefined, String(bytes));
      }
    });
  }

  test('[JWE-3] one who knows the key gets no other answer for a text not padded or a vector of another length', () => {
    const cek = randomBytes(32);
    for (const change of [{ padded: false }, { ivBytes: 8 }, { ivBytes: 15 }, { ivBytes: 32 }]) {
      const jwe = [HEADER, encryptKey(cek), ...cbcParts(HEADER, text, cek, change)];
      assert.equal(decryptRsa15(jwe, privateKey, 'A128CBC-HS256'), undefined, JSON.stringify(change));
    }
  });
});
