import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { gcmParts } from '../codecs/jose/forge.ts';
import { REQUEST } from '../codecs/jose/jwe-vectors.ts';
import { flipByte, HEADER, openParts, recipient } from './jose-primitives.ts';
import { MODULUS_BYTES, mask, numbersAround, raisedByPublicKey, xor } from './rsa-blocks.ts';

/* The classes of the Wycheproof sets for RSA-OAEP. */

const DIGEST_BYTES = 32;

describe('[JWE-2] RSA-OAEP', () => {
  interface OaepChange {
    readonly label?: string;
    readonly digest?: string;
    readonly maskDigest?: string;
    readonly first?: number;
    readonly edit?: (dataBlock: Buffer) => void;
  }

  function oaepBlock(content: Buffer, change: OaepChange = {}): Buffer {
    const { label = '', digest = 'sha256', maskDigest = digest, first = 0, edit } = change;
    const labelHash = hash(digest, label, 'buffer');
    const dataBytes = MODULUS_BYTES - labelHash.length - 1;
    const padding = Buffer.alloc(dataBytes - labelHash.length - 1 - content.length);
    const dataBlock = Buffer.concat([labelHash, padding, Buffer.from([1]), content]);
    edit?.(dataBlock);
    const seed = randomBytes(labelHash.length);
    const maskedData = xor(dataBlock, mask(seed, dataBytes, maskDigest));
    const maskedSeed = xor(seed, mask(maskedData, seed.length, maskDigest));
    return Buffer.concat([Buffer.from([first]), maskedSeed, maskedData]);
  }

  const cek = randomBytes(32);
  const content = gcmParts(HEADER, REQUEST, cek).map((part) => Buffer.from(part, 'base64url'));
  const open = (encryptedKey: Buffer) => openParts(encryptedKey, ...content);
  const openBlock = (block: Buffer) => open(raisedByPublicKey(block, recipient));
  const separator = MODULUS_BYTES - DIGEST_BYTES - 1 - cek.length - 1;

  test('a right block opens', async () => {
    assert.deepEqual(await openBlock(oaepBlock(cek)), REQUEST);
  });

  const wrong: Readonly<Record<string, Buffer>> = {
    'a label': oaepBlock(cek, { label: 'label' }),
    'a label hash changed in its last bit': oaepBlock(cek, {
      edit: (data) => flipByte(data, DIGEST_BYTES - 1),
    }),
    'SHA-1': oaepBlock(cek, { digest: 'sha1' }),
    'SHA-384': oaepBlock(cek, { digest: 'sha384' }),
    'a mask by SHA-1': oaepBlock(cek, { maskDigest: 'sha1' }),
    'a first byte that is not 0': oaepBlock(cek, { first: 1 }),
    'padding that is not 0': oaepBlock(cek, { edit: (data) => flipByte(data, DIGEST_BYTES + 3) }),
    'another separator': oaepBlock(cek, { edit: (data) => data.fill(2, separator, separator + 1) }),
    'no separator': oaepBlock(cek, { edit: (data) => data.fill(0, DIGEST_BYTES) }),
    'a separator at the very end': oaepBlock(cek, {
      edit: (data) => data.fill(0, separator).fill(1, data.length - 1),
    }),
    'no key': oaepBlock(Buffer.alloc(0)),
    'a key too short': oaepBlock(cek.subarray(1)),
    'a key too long': oaepBlock(Buffer.concat([cek, cek])),
    'another key': oaepBlock(randomBytes(32)),
  };
  for (const [name, block] of Object.entries(wrong)) {
    test(`a block with ${name} is refused like any other`, async () => {
      assert.equal(await openBlock(block), 'integrity');
    });
  }

  for (const [name, number] of Object.entries(
    numbersAround(recipient, raisedByPublicKey(oaepBlock(cek), recipient)),
  )) {
    test(`as encrypted key, ${name} is refused like any other`, async () => {
      assert.equal(await open(number), 'integrity');
    });
  }
});
