import assert from 'node:assert/strict';
import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { decryptContent } from '../../src/codecs/jose/content-encryption.ts';
import { cbcParts, encode, encodeHeader } from '../codecs/jose/forge.ts';
import { REQUEST } from '../codecs/jose/jwe-vectors.ts';
import { flipByte, HEADER, openParts, wrapKey } from './jose-primitives.ts';

/* The classes of the Wycheproof sets for AES-GCM and AES-CBC with HMAC. */

describe('[JWE-2] A256GCM', () => {
  async function open(change: (iv: Buffer, text: Buffer, tag: Buffer) => readonly Buffer[]) {
    const cek = randomBytes(32);
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', cek, iv).setAAD(Buffer.from(HEADER));
    const text = Buffer.concat([cipher.update(REQUEST), cipher.final()]);
    const parts = change(iv, text, cipher.getAuthTag());
    return openParts(wrapKey(cek), ...parts);
  }

  test('a right text opens', async () => {
    assert.deepEqual(await open((iv, text, tag) => [iv, text, tag]), REQUEST);
  });
  test('a tag changed in any bit is refused', async () => {
    for (let bit = 0; bit < 128; bit += 1) {
      assert.equal(
        await open((iv, text, tag) => [iv, text, flipByte(tag, bit >> 3, 1 << (bit & 7))]),
        'integrity',
      );
    }
  });
  test('a tag of another length is refused, whatever is left of it', async () => {
    for (const bytes of [1, 4, 8, 12, 13, 14, 15]) {
      assert.match(
        String(await open((iv, text, tag) => [iv, text, tag.subarray(0, bytes)])),
        /^(integrity|outer-structure)$/,
      );
    }
    assert.match(
      String(await open((iv, text, tag) => [iv, text, Buffer.concat([tag, tag])])),
      /^(integrity|outer-structure)$/,
    );
    assert.match(String(await open((iv, text) => [iv, text, Buffer.alloc(16)])), /^integrity$/);
  });
  test('a vector of another length is refused', async () => {
    for (const bytes of [1, 8, 11, 13, 16, 32]) {
      assert.match(
        String(await open((iv, text, tag) => [Buffer.concat([iv, iv, iv]).subarray(0, bytes), text, tag])),
        /^(integrity|outer-structure)$/,
      );
    }
  });
  test('a changed vector or text is refused', async () => {
    assert.equal(await open((iv, text, tag) => [flipByte(iv, 11), text, tag]), 'integrity');
    assert.equal(await open((iv, text, tag) => [iv, flipByte(text, 0), tag]), 'integrity');
    assert.equal(await open((iv, text, tag) => [iv, text.subarray(0, -1), tag]), 'integrity');
    assert.equal(
      await open((iv, text, tag) => [iv, Buffer.concat([text, Buffer.alloc(1)]), tag]),
      'integrity',
    );
  });
});

describe('[JWE-3] A128CBC-HS256', () => {
  const header = encodeHeader({ alg: 'RSA1_5', enc: 'A128CBC-HS256' });
  const cek = randomBytes(32);
  const open = (parts: readonly string[]) =>
    decryptContent([header, 'AA', ...parts], 'A128CBC-HS256', () => cek);
  const bytesOf = (part: string | undefined) => Buffer.from(part ?? '', 'base64url');

  test('a right text opens', () => {
    assert.deepEqual(open(cbcParts(header, REQUEST, cek)), REQUEST);
  });
  test('a tag changed in any bit, cut or prolonged is refused', () => {
    const [iv = '', text = '', tag] = cbcParts(header, REQUEST, cek);
    for (let bit = 0; bit < 128; bit += 1)
      assert.equal(open([iv, text, encode(flipByte(bytesOf(tag), bit >> 3, 1 << (bit & 7)))]), undefined);
    for (const bytes of [0, 8, 15])
      assert.equal(open([iv, text, encode(bytesOf(tag).subarray(0, bytes))]), undefined);
    assert.equal(open([iv, text, encode(Buffer.concat([bytesOf(tag), Buffer.alloc(16)]))]), undefined);
  });
  test('with a right tag, padding that is none is refused', () => {
    for (const last of [0, 17, 255]) {
      const block = Buffer.alloc(32, last);
      assert.equal(open(cbcParts(header, block, cek, { padded: false })), undefined, `${last}`);
    }
    const uneven = Buffer.concat([Buffer.alloc(28, 4), Buffer.from([3, 4, 4, 4])]);
    assert.equal(open(cbcParts(header, uneven, cek, { padded: false })), undefined);
  });
  test('a vector of another length is refused, though its tag be right', () => {
    for (const ivBytes of [0, 8, 12, 15, 17, 32])
      assert.equal(open(cbcParts(header, REQUEST, cek, { ivBytes })), undefined);
  });
});
