import assert from 'node:assert/strict';
import { hash, randomBytes, sign } from 'node:crypto';
import { describe, test } from 'node:test';
import { keyOf, REQUEST } from '../codecs/jose/jwe-vectors.ts';
import { flipByte, google, openSigned } from './jose-primitives.ts';
import {
  MODULUS_BYTES,
  mask,
  numbersAround,
  raisedByPrivateKey,
  signatureBlock,
  wrongSignatureBlocks,
  xor,
} from './rsa-blocks.ts';

/* The classes of the Wycheproof sets for RSA signatures, PSS and ECDSA. */

const DIGEST_BYTES = 32;

describe('[JWE-2] RS256', () => {
  const { key, keyId } = keyOf(google, 'sign');
  const open = (signatureOf: (input: Buffer) => Buffer) => openSigned('RS256', keyId, signatureOf);

  test('a right block counts', async () => {
    assert.deepEqual(
      await open((input) => raisedByPrivateKey(signatureBlock('sha256', input), key)),
      REQUEST,
    );
  });
  for (const name of Object.keys(wrongSignatureBlocks('sha256', Buffer.alloc(1)))) {
    test(`a block with ${name} does not count`, async () => {
      const block = (input: Buffer) => wrongSignatureBlocks('sha256', input)[name] ?? assert.fail();
      assert.equal(await open((input) => raisedByPrivateKey(block(input), key)), 'wrong-signature');
    });
  }
  for (const name of Object.keys(numbersAround(key, Buffer.alloc(MODULUS_BYTES)))) {
    test(`as signature, ${name} does not count`, async () => {
      const right = (input: Buffer) => sign('sha256', input, key);
      const number = (input: Buffer) => numbersAround(key, right(input))[name] ?? assert.fail();
      assert.equal(await open(number), 'wrong-signature');
    });
  }
});

describe('[JWE-2] PS256', () => {
  const sender = keyOf(google, 'sign', 'google-ps256-sig');
  const open = (signatureOf: (input: Buffer) => Buffer) => openSigned('PS256', sender.keyId, signatureOf);

  interface PssChange {
    readonly saltBytes?: number;
    readonly maskDigest?: string;
    readonly trailer?: number;
    readonly edit?: (dataBlock: Buffer) => void;
    readonly high?: number;
  }

  /** RFC 8017 section 9.1.1. */
  function pssBlock(input: Buffer, change: PssChange = {}): Buffer {
    const { saltBytes = DIGEST_BYTES, maskDigest = 'sha256', trailer = 0xbc, edit, high = 0 } = change;
    const salt = randomBytes(saltBytes);
    const digest = hash(
      'sha256',
      Buffer.concat([Buffer.alloc(8), hash('sha256', input, 'buffer'), salt]),
      'buffer',
    );
    const dataBytes = MODULUS_BYTES - DIGEST_BYTES - 1;
    const dataBlock = Buffer.concat([Buffer.alloc(dataBytes - saltBytes - 1), Buffer.from([1]), salt]);
    edit?.(dataBlock);
    const masked = xor(dataBlock, mask(digest, dataBytes, maskDigest));
    masked[0] = ((masked[0] ?? 0) & 0x7f) | high;
    return Buffer.concat([masked, digest, Buffer.from([trailer])]);
  }
  const raised = (change: PssChange) => (input: Buffer) =>
    raisedByPrivateKey(pssBlock(input, change), sender.key);

  test('a right block counts', async () => {
    assert.deepEqual(await open(raised({})), REQUEST);
  });
  const separator = MODULUS_BYTES - DIGEST_BYTES - 1 - DIGEST_BYTES - 1;
  const wrong: Readonly<Record<string, PssChange>> = {
    'no salt': { saltBytes: 0 },
    'a salt of 20 bytes': { saltBytes: 20 },
    'a salt of 31 bytes': { saltBytes: 31 },
    'a salt of 33 bytes': { saltBytes: 33 },
    'the longest salt': { saltBytes: MODULUS_BYTES - DIGEST_BYTES - 2 },
    'a mask by SHA-1': { maskDigest: 'sha1' },
    'another trailer': { trailer: 0xcc },
    'padding that is not 0': { edit: (data) => flipByte(data, 40) },
    'another separator': { edit: (data) => data.fill(2, separator, separator + 1) },
    'a changed salt': { edit: (data) => flipByte(data, separator + 1) },
  };
  for (const [name, change] of Object.entries(wrong)) {
    test(`a block with ${name} does not count`, async () => {
      assert.equal(await open(raised(change)), 'wrong-signature');
    });
  }
  test('a block of PKCS#1 v1.5 does not count', async () => {
    const block = (input: Buffer) => signatureBlock('sha256', input);
    assert.equal(await open((input) => raisedByPrivateKey(block(input), sender.key)), 'wrong-signature');
  });
});

describe('[JWE-2] ES256', () => {
  const sender = keyOf(google, 'sign', 'google-es256-sig');
  const open = (signatureOf: (input: Buffer) => Buffer) => openSigned('ES256', sender.keyId, signatureOf);
  const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
  const write = (number: bigint) => Buffer.from(number.toString(16).padStart(64, '0'), 'hex');
  const read = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`);
  const right = (input: Buffer) => sign('sha256', input, { key: sender.key, dsaEncoding: 'ieee-p1363' });

  test('a right signature counts', async () => {
    assert.deepEqual(await open((input) => right(input)), REQUEST);
  });
  const changes: Readonly<Record<string, (r: Buffer, s: Buffer, input: Buffer) => Buffer[]>> = {
    'r and s of 0': () => [write(0n), write(0n)],
    'r of 0': (_, s) => [write(0n), s],
    's of 0': (r) => [r, write(0n)],
    'r of 1 and s of 1': () => [write(1n), write(1n)],
    'r as large as the order': (_, s) => [write(ORDER), s],
    's as large as the order': (r) => [r, write(ORDER)],
    'r and s as large as the order': () => [write(ORDER), write(ORDER)],
    'r above the order': (_, s) => [write(ORDER + 1n), s],
    'r and s of all FF': () => [Buffer.alloc(64, 0xff)],
    'r negated': (r, s) => [write(ORDER - read(r)), s],
    'r and s exchanged': (r, s) => [s, r],
    'r alone': (r) => [r],
    'a byte less': (r, s) => [r, s.subarray(0, -1)],
    'a byte more': (r, s) => [r, s, Buffer.alloc(1)],
    'each number a byte longer': (r, s) => [Buffer.alloc(1), r, Buffer.alloc(1), s],
    'the size of P-384': (r, s) => [Buffer.alloc(16), r, Buffer.alloc(16), s],
    'the form of DER': (_r, _s, input) => [sign('sha256', input, sender.key)],
    'the digest SHA-384': (_r, _s, input) => [
      sign('sha384', input, { key: sender.key, dsaEncoding: 'ieee-p1363' }),
    ],
  };
  for (const [name, change] of Object.entries(changes)) {
    test(`a signature with ${name} does not count`, async () => {
      const changed = (input: Buffer) => {
        const signature = right(input);
        return Buffer.concat(change(signature.subarray(0, 32), signature.subarray(32), input));
      };
      assert.equal(await open(changed), 'wrong-signature');
    });
  }
});
