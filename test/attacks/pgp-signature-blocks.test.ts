import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readPackets, writeNumber } from '../../src/codecs/openpgp/packets.ts';
import {
  createSignature,
  readSignature,
  type Signature,
  verifySignature,
} from '../../src/codecs/openpgp/signature.ts';
import { keyOf } from '../codecs/openpgp/forge.ts';
import { NOW_MS, readMirroredRing, readRing } from '../codecs/openpgp/vectors.ts';
import {
  MODULUS_BYTES,
  numbersAround,
  raisedByPrivateKey,
  signatureBlock,
  wrongSignatureBlocks,
} from './rsa-blocks.ts';

/* The classes of the Wycheproof sets for RSA signatures, in the form of OpenPGP. */

const DATA = Buffer.from('what is signed');
const signing = keyOf(await readMirroredRing(['own-2048'], ['peer-2048']), 'sign');
const verifying = keyOf(await readRing(['own-2048'], ['peer-2048']), 'verify');
const packet = readPackets(createSignature(DATA, signing, NOW_MS))?.[0] ?? assert.fail();
const signature: Signature = readSignature(packet.body) ?? assert.fail();
const trailer = Buffer.from([4, 0xff, 0, 0, 0, 0]);
trailer.writeUInt32BE(signature.hashed.length, 2);
const signed = Buffer.concat([DATA, signature.hashed, trailer]);
const counts = (number: Buffer) =>
  verifySignature({ ...signature, number: writeNumber(number) }, DATA, verifying);

describe('[PGP-4] RSA signatures of OpenPGP', () => {
  test('a right block counts', () => {
    assert.ok(counts(raisedByPrivateKey(signatureBlock('sha384', signed), signing.key)));
  });
  for (const [name, block] of Object.entries(wrongSignatureBlocks('sha384', signed))) {
    test(`a block with ${name} does not count`, () => {
      assert.equal(counts(raisedByPrivateKey(block, signing.key)), false);
    });
  }
  const right = raisedByPrivateKey(signatureBlock('sha384', signed), signing.key);
  assert.equal(right.length, MODULUS_BYTES);
  for (const [name, number] of Object.entries(numbersAround(verifying.key, right))) {
    // A number has one spelling: a 0 in front is not written.
    if (name === 'a 0 in front') continue;
    test(`as signature, ${name} does not count`, () => {
      assert.equal(counts(number), false);
    });
  }
});
