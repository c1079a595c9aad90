import assert from 'node:assert/strict';
import { createCipheriv, hash } from 'node:crypto';
import { describe, test } from 'node:test';
import { createSessionKey, encryptPackets } from '../../src/codecs/openpgp/encryption.ts';
import { readPackets, TAG, writePacket } from '../../src/codecs/openpgp/packets.ts';
import { writeRecipient } from '../../src/codecs/openpgp/session-key.ts';
import { createOnePass, createSignature } from '../../src/codecs/openpgp/signature.ts';
import { keyOf, literal } from '../codecs/openpgp/forge.ts';
import { bodyOf, NOW_MS, REQUEST, readMirroredRing, readRing, tryOpen } from '../codecs/openpgp/vectors.ts';

/**
 * EFAIL 2018: AES in CFB mode can be changed without the key where its text is known, and a reader that uses what it
 * decrypted before it checked the whole does what the attacker wrote.
 */
const ring = await readRing(['own-2048'], ['peer-2048']);
const peerRing = await readMirroredRing(['own-2048'], ['peer-2048']);
const signer = keyOf(peerRing, 'sign');
const sessionKey = createSessionKey();
const recipient = writeRecipient(sessionKey, keyOf(peerRing, 'encrypt'));

function signed(text: Buffer): Buffer {
  return Buffer.concat([createOnePass(signer, true), literal(text), createSignature(text, signer, NOW_MS)]);
}

const packet = encryptPackets(signed(REQUEST), sessionKey);
const encrypted = readPackets(packet)?.[0]?.body ?? Buffer.alloc(0);
const open = (...packets: readonly Buffer[]) => tryOpen(bodyOf(Buffer.concat([recipient, ...packets])), ring);
const openBody = (body: Buffer) => open(writePacket(TAG.encrypted, body));

describe('[PGP-14] an attacker who changes the encrypted text', () => {
  test('reaches nothing by writing over any one block of it, known or not', () => {
    assert.deepEqual(openBody(encrypted), REQUEST);
    for (let start = 1; start < encrypted.length; start += 16) {
      const changed = Buffer.from(encrypted);
      for (let at = start; at < Math.min(start + 16, changed.length); at += 1) {
        changed[at] = changed.readUInt8(at) ^ 0x5a;
      }
      assert.equal(openBody(changed), 'integrity', String(start));
    }
  });

  test('reaches nothing by cutting off the integrity check, or by cutting anywhere', () => {
    for (const bytes of [1, 2, 16, 20, 22, 23, 100]) {
      assert.equal(openBody(encrypted.subarray(0, -bytes)), 'integrity', String(bytes));
    }
    for (const bytes of [0, 1, 18, 40, 41])
      assert.equal(openBody(encrypted.subarray(0, bytes)), 'outer-structure');
  });

  test('reaches nothing by repeating, swapping or inserting blocks', () => {
    const block = (at: number) => encrypted.subarray(1 + at * 16, 17 + at * 16);
    const head = encrypted.subarray(0, 1);
    const rest = encrypted.subarray(33);
    assert.equal(openBody(Buffer.concat([head, block(1), block(0), rest])), 'integrity');
    assert.equal(openBody(Buffer.concat([head, block(0), block(0), block(1), rest])), 'integrity');
    assert.equal(openBody(Buffer.concat([head, block(1), rest])), 'integrity');
    assert.equal(openBody(Buffer.concat([encrypted, block(0)])), 'integrity');
    assert.equal(openBody(Buffer.concat([encrypted, encrypted.subarray(1)])), 'integrity');
  });

  test('reaches nothing by naming it a packet without integrity check, or one of another version', () => {
    const bare = encrypted.subarray(1);
    for (const tag of [9, 20, 11, 8]) {
      assert.equal(open(writePacket(tag, bare)), 'outer-structure');
      assert.equal(open(writePacket(tag, bare.subarray(0, -22))), 'outer-structure');
    }
    for (const version of [0, 2, 3]) {
      assert.equal(openBody(Buffer.concat([Buffer.from([version]), bare])), 'outer-structure');
    }
  });

  test('reaches nothing with an integrity check that is another packet, even if its hash is right', () => {
    const build = (head: string) => {
      const checked = Buffer.concat([Buffer.alloc(18), signed(REQUEST), Buffer.from(head, 'hex')]);
      const cipher = createCipheriv('aes-256-cfb', sessionKey.key, Buffer.alloc(16));
      return Buffer.concat([
        Buffer.from([1]),
        cipher.update(checked),
        cipher.update(hash('sha1', checked, 'buffer')),
      ]);
    };
    assert.deepEqual(openBody(build('d314')), REQUEST);
    for (const head of ['d214', 'd313', 'ca14', '0000'])
      assert.equal(openBody(build(head)), 'integrity', head);
  });

  test('reaches nothing with the text of another message', () => {
    const other = encryptPackets(signed(Buffer.from('other')), createSessionKey());
    assert.equal(open(other), 'integrity');
    assert.equal(open(packet, other), 'outer-structure');
    assert.equal(open(other, packet), 'outer-structure');
    assert.equal(open(packet, Buffer.from([0xca, 0x00])), 'outer-structure');
  });
});
