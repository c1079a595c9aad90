import assert from 'node:assert/strict';
import { constants, publicEncrypt } from 'node:crypto';
import { describe, test } from 'node:test';
import { createSessionKey } from '../../../src/codecs/openpgp/encryption.ts';
import { readOnlyNumber, readPackets } from '../../../src/codecs/openpgp/packets.ts';
import {
  decryptSessionKey,
  planAttempts,
  readRecipient,
  writeRecipient,
} from '../../../src/codecs/openpgp/session-key.ts';
import { keyOf } from './forge.ts';
import { readMirroredRing, readRing } from './vectors.ts';

const ring = await readRing(['own-2048', 'own-3072', 'own-4096'], ['peer-2048']);
const publicKey = keyOf(await readMirroredRing(['own-2048'], ['peer-2048']), 'encrypt');
const key = keyOf(ring, 'decrypt');
const keys = ring.usable('decrypt', Date.UTC(2026, 10, 22));

const KEY = Buffer.from(Array.from({ length: 32 }, (_, at) => at + 100));
const checksum = (bytes: Buffer) => bytes.reduce((sum, byte) => sum + byte, 0);

function encoded(cipher: number, keyBytes: number, checksumChange = 0): Buffer {
  const sessionKey = KEY.subarray(0, keyBytes);
  const sum = Buffer.alloc(2);
  sum.writeUInt16BE(checksum(sessionKey) + checksumChange);
  return Buffer.concat([Buffer.from([cipher]), sessionKey, sum]);
}

function decryptEncoded(plain: Buffer, padding = constants.RSA_PKCS1_PADDING) {
  return decryptSessionKey({ key, encrypted: publicEncrypt({ key: publicKey.key, padding }, plain) });
}

describe('session keys', () => {
  test('[PGP-10, PGP-11] AES keys of all three lengths are found', () => {
    assert.deepEqual(decryptEncoded(encoded(7, 16)), { cipher: 7, key: KEY.subarray(0, 16) });
    assert.deepEqual(decryptEncoded(encoded(8, 24)), { cipher: 8, key: KEY.subarray(0, 24) });
    assert.deepEqual(decryptEncoded(encoded(9, 32)), { cipher: 9, key: KEY });
  });

  test('what is wrong in any way yields a random AES-256 key, another one each time, and no error', () => {
    const full = Buffer.alloc(key.modulusBytes, 0xff);
    const padded = (head: string) =>
      Buffer.concat([
        Buffer.from(head, 'hex'),
        Buffer.alloc(key.modulusBytes - 2 - 36, 1),
        Buffer.alloc(1),
        encoded(9, 32),
      ]);
    const wrong: Readonly<Record<string, () => { cipher: number; key: Buffer }>> = {
      checksum: () => decryptEncoded(encoded(9, 32, 1)),
      'key too short for its cipher': () => decryptEncoded(encoded(9, 31)),
      'key too long for its cipher': () => decryptEncoded(encoded(7, 32)),
      'bytes behind its checksum': () => decryptEncoded(Buffer.concat([encoded(9, 32), Buffer.alloc(1)])),
      'unknown cipher': () => decryptEncoded(encoded(2, 24)),
      'cipher 0': () => decryptEncoded(encoded(0, 0)),
      nothing: () => decryptEncoded(Buffer.alloc(0)),
      'a whole block': () => decryptEncoded(Buffer.alloc(key.modulusBytes - 11, 9)),
      'padding of a signature': () => decryptEncoded(padded('0001'), constants.RSA_NO_PADDING),
      'padding without end': () =>
        decryptEncoded(
          Buffer.concat([Buffer.from([0, 2]), Buffer.alloc(key.modulusBytes - 2, 1)]),
          constants.RSA_NO_PADDING,
        ),
      'above the modulus': () => decryptSessionKey({ key, encrypted: full }),
      zero: () => decryptSessionKey({ key, encrypted: Buffer.alloc(key.modulusBytes) }),
      one: () =>
        decryptSessionKey({
          key,
          encrypted: Buffer.concat([Buffer.alloc(key.modulusBytes - 1), Buffer.from([1])]),
        }),
    };
    for (const [name, decrypt] of Object.entries(wrong)) {
      const [first, second] = [decrypt(), decrypt()];
      for (const found of [first, second]) assert.deepEqual([found.cipher, found.key.length], [9, 32], name);
      assert.notDeepEqual(first.key, second.key, name);
    }
  });
});

describe('which keys are tried', () => {
  const [packet] = readPackets(writeRecipient(createSessionKey(), publicKey)) ?? [];
  const named = packet && readRecipient(packet.body);
  assert.ok(named);
  const hidden = { ...named, keyId: '0000000000000000' };
  const stranger = { ...named, keyId: '0123456789abcdef' };
  const plan = (recipients: readonly (typeof named)[], most = 4) =>
    planAttempts(recipients, keys, most).map((attempt) => attempt.key.keyId);

  test('[PGP-1, PGP-5] those that are named; all on a recipient that is not; none on a stranger', () => {
    assert.deepEqual(plan([named]), [key.keyId]);
    assert.deepEqual(plan([stranger]), []);
    assert.deepEqual(
      plan([hidden]),
      keys.map(({ keyId }) => keyId),
    );
    assert.deepEqual(plan([stranger, hidden, named]), [key.keyId, ...keys.map(({ keyId }) => keyId)]);
  });

  test('however many recipients there are, the number of private-key operations is bounded', () => {
    assert.equal(plan(Array.from({ length: 40 }, () => named)).length, 4);
    assert.equal(plan(Array.from({ length: 40 }, () => hidden)).length, 4);
    assert.equal(plan([...Array.from({ length: 4 }, () => named), hidden]).length, 4);
  });

  test('a recipient by another algorithm, of another length or with another spelling is passed over', () => {
    for (const algorithm of [2, 3, 16, 18, 25, 0]) assert.deepEqual(plan([{ ...named, algorithm }]), []);
    const longer = Buffer.concat([named.encrypted, Buffer.alloc(1)]);
    assert.deepEqual(plan([{ ...named, encrypted: longer }]), []);
    assert.deepEqual(plan([{ ...named, encrypted: named.encrypted.subarray(0, -1) }]), []);
    assert.equal(readOnlyNumber(named.encrypted, key.modulusBytes)?.length, key.modulusBytes);
  });

  test('packets of other versions and packets that are too short are no recipients', () => {
    const body = packet?.body ?? Buffer.alloc(0);
    for (const version of [0, 2, 4, 6])
      assert.equal(readRecipient(Buffer.concat([Buffer.from([version]), body.subarray(1)])), undefined);
    for (let bytes = 0; bytes <= 10; bytes += 1)
      assert.equal(readRecipient(body.subarray(0, bytes)), undefined);
    assert.deepEqual(readRecipient(body), named);
  });
});
