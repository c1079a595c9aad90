import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TAG, writePacket } from '../../src/codecs/openpgp/packets.ts';
import { createOnePass, createSignature } from '../../src/codecs/openpgp/signature.ts';
import {
  forgeBody,
  forgeMessage,
  forgeSignature,
  keyOf,
  literal,
  seconds,
  subpacket,
} from '../codecs/openpgp/forge.ts';
import { bodyOf, NOW_MS, REQUEST, readMirroredRing, readRing, tryOpen } from '../codecs/openpgp/vectors.ts';

/**
 * Everybody can encrypt to us. Who has seen one signed message (another of the peer's integrators, to whom it was
 * sent) tries to have us take a text that the peer never signed, or that it signed for somebody else.
 */
const ring = await readRing(['own-2048'], ['peer-2048']);
const peerRing = await readMirroredRing(['own-2048'], ['peer-2048']);
const signer = keyOf(peerRing, 'sign');
const recipient = keyOf(peerRing, 'encrypt');

const EVIL = Buffer.from('{"clientMessage":"never signed"}');
const onePass = createOnePass(signer, true);
const signature = createSignature(REQUEST, signer, NOW_MS);
const seen = Buffer.concat([onePass, literal(REQUEST), signature]);

const openInner = (...packets: readonly Buffer[]) =>
  tryOpen(forgeBody(Buffer.concat(packets), recipient), ring);

describe('[PGP-4] an attacker with a signature of the peer over another text', () => {
  test('reaches nothing without a signature', () => {
    assert.equal(openInner(literal(EVIL)), 'unsigned');
    assert.equal(openInner(onePass, literal(EVIL)), 'unsigned');
    assert.equal(openInner(EVIL), 'inner-structure');
    assert.equal(openInner(), 'outer-structure');
    assert.equal(openInner(writePacket(TAG.literal, EVIL)), 'inner-structure');
  });

  test('reaches nothing by putting the signature around another text', () => {
    assert.equal(openInner(onePass, literal(EVIL), signature), 'wrong-signature');
    assert.equal(openInner(signature, literal(EVIL)), 'wrong-signature');
    for (const text of [
      Buffer.concat([REQUEST, EVIL]),
      Buffer.concat([EVIL, REQUEST]),
      REQUEST.subarray(1),
      Buffer.alloc(0),
    ]) {
      assert.equal(openInner(onePass, literal(text), signature), 'wrong-signature');
    }
  });

  test('reaches nothing by putting another text beside the signed one', () => {
    assert.equal(openInner(literal(EVIL), seen), 'inner-structure');
    assert.equal(openInner(seen, literal(EVIL)), 'inner-structure');
    assert.equal(openInner(onePass, literal(EVIL), literal(REQUEST), signature), 'inner-structure');
    assert.equal(openInner(onePass, literal(REQUEST), literal(EVIL), signature), 'inner-structure');
    assert.equal(openInner(onePass, literal(REQUEST), signature, literal(EVIL)), 'inner-structure');
    assert.equal(openInner(signature, literal(REQUEST), literal(EVIL)), 'inner-structure');
  });

  test('reaches nothing by putting the boundary between text and signature elsewhere', () => {
    // What is hashed is text, signature data and trailer in a row; the trailer says how long the signature data is.
    const hashed = signature.subarray(3, 3 + 6 + signature.readUInt16BE(7));
    assert.equal(openInner(onePass, literal(Buffer.concat([REQUEST, hashed])), signature), 'wrong-signature');
    const within = forgeSignature(REQUEST, signer, {
      hashed: [subpacket(2, seconds(NOW_MS)), subpacket(20, EVIL)],
    });
    assert.equal(openInner(onePass, literal(EVIL), within), 'wrong-signature');
  });

  test('reaches nothing with a signature outside the encryption', () => {
    const unsigned = forgeMessage(literal(REQUEST), recipient);
    const open = (...packets: readonly Buffer[]) => tryOpen(bodyOf(Buffer.concat(packets)), ring);
    assert.equal(open(onePass, unsigned, createSignature(unsigned, signer, NOW_MS)), 'outer-structure');
    assert.equal(open(createSignature(unsigned, signer, NOW_MS), unsigned), 'outer-structure');
    assert.equal(open(unsigned, signature), 'outer-structure');
    assert.equal(open(unsigned), 'unsigned');
    assert.equal(open(seen), 'outer-structure');
  });

  test('reaches nothing with a text signed in the clear or with a signature of its own', () => {
    const clear = [
      '-----BEGIN PGP SIGNED MESSAGE-----',
      'Hash: SHA384',
      '',
      REQUEST.toString(),
      '-----END PGP MESSAGE-----',
    ];
    assert.equal(tryOpen(bodyOf(Buffer.from(clear.join('\n'))), ring), 'outer-structure');
    const detached = `-----BEGIN PGP SIGNATURE-----\n\n${signature.toString('base64')}\n-----END PGP SIGNATURE-----\n`;
    assert.equal(tryOpen(bodyOf(Buffer.from(detached)), ring), 'outer-structure');
  });

  test('reaches nothing with a signature that the peer made for somebody else and says so', () => {
    const other = Buffer.from(`04${'cd'.repeat(20)}`, 'hex');
    const hashed = [subpacket(2, seconds(NOW_MS)), subpacket(35, other)];
    assert.equal(
      openInner(onePass, literal(REQUEST), forgeSignature(REQUEST, signer, { hashed })),
      'other-recipient',
    );
  });

  test('reaches nothing with a signature over a key, a name or another signature', () => {
    for (const type of [0x10, 0x13, 0x18, 0x1f, 0x20, 0x50]) {
      assert.equal(
        openInner(onePass, literal(REQUEST), forgeSignature(REQUEST, signer, { type })),
        'signature-type',
      );
    }
  });
});
