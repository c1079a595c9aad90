import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BodyFault } from '../../../src/codecs/body-fault.ts';
import { TAG, writePacket } from '../../../src/codecs/openpgp/packets.ts';
import { createOnePass, createSignature } from '../../../src/codecs/openpgp/signature.ts';
import {
  forgeBody,
  forgeSignature,
  keyOf,
  literal,
  type SignatureChange,
  seconds,
  subpacket,
} from './forge.ts';
import { DAY_MS, NOW_MS, REQUEST, readMirroredRing, readRing, tryOpen } from './vectors.ts';

const ring = await readRing(['own-2048'], ['peer-2048', 'peer-3072']);
const peerRing = await readMirroredRing(['own-2048'], ['peer-2048', 'peer-3072']);
const strangerRing = await readMirroredRing(['own-2048'], ['stranger']);
const signer = keyOf(peerRing, 'sign');
const recipient = keyOf(peerRing, 'encrypt');

function openWith(...signatures: readonly Buffer[]): Buffer | BodyFault {
  const announced = signatures.map(() => createOnePass(signer, true));
  return tryOpen(forgeBody(Buffer.concat([...announced, literal(REQUEST), ...signatures]), recipient), ring);
}

const good = createSignature(REQUEST, signer, NOW_MS);
const forged = (change: SignatureChange) => openWith(forgeSignature(REQUEST, signer, change));
const date = subpacket(2, seconds(NOW_MS));
const issuer = subpacket(16, Buffer.from(signer.keyId, 'hex'));
const issuerFingerprint = subpacket(33, Buffer.from(`04${signer.fingerprint}`, 'hex'));
const anotherIssuer = subpacket(16, Buffer.alloc(8, 1));
const ours = Buffer.from(`04${ring.keys[0]?.certificate}`, 'hex');

describe('signatures', () => {
  test('the forge makes good signatures where nothing is changed', () => {
    assert.deepEqual(openWith(good), REQUEST);
    assert.deepEqual(forged({}), REQUEST);
    for (const digest of [8, 9, 10]) assert.deepEqual(forged({ digest }), REQUEST);
  });

  test('[PGP-9, PGP-15] weak and unknown digests do not count', () => {
    for (const digest of [1, 2, 11, 3, 0, 12, 255])
      assert.equal(forged({ digest }), 'weak-digest', String(digest));
  });

  test('only a signature over bytes, of version 4, by RSA, counts', () => {
    for (const type of [1, 2, 0x10, 0x13, 0x18, 0x40, 0x50]) assert.equal(forged({ type }), 'signature-type');
    for (const algorithm of [0, 2, 3, 16, 17, 19, 22, 255])
      assert.equal(forged({ algorithm }), 'signature-type');
    for (const version of [0, 2, 3, 5, 6]) assert.equal(forged({ version }), 'signature-format');
  });

  test('a signature has a date, once, not before its key and not more than ten minutes ahead', () => {
    const dated = (ms: number) => forged({ hashed: [subpacket(2, seconds(ms))] });
    assert.equal(forged({ hashed: [] }), 'signature-format');
    assert.equal(forged({ hashed: [date, date] }), 'signature-format');
    assert.equal(forged({ hashed: [subpacket(2, Buffer.alloc(3))] }), 'signature-format');
    assert.equal(forged({ hashed: [], unhashed: [issuer, date] }), 'signature-format');
    assert.deepEqual(dated(NOW_MS + 600_000), REQUEST);
    assert.equal(dated(NOW_MS + 601_000), 'signature-date');
    assert.deepEqual(dated(signer.createdAtMs), REQUEST);
    assert.equal(dated(signer.createdAtMs - 1000), 'signature-date');
    assert.equal(dated(0), 'signature-date');
  });

  test('a signature that has expired does not count, and an expiry that cannot be read makes it unsound', () => {
    const day = DAY_MS / 1000;
    const made = subpacket(2, seconds(NOW_MS - DAY_MS));
    const expiring = (after: number) => forged({ hashed: [made, subpacket(3, seconds(after * 1000))] });
    assert.deepEqual(expiring(0), REQUEST);
    assert.deepEqual(expiring(day + 1), REQUEST);
    assert.equal(expiring(day), 'signature-date');
    assert.equal(forged({ hashed: [date, subpacket(3, Buffer.alloc(5))] }), 'signature-format');
    const twice = [date, subpacket(3, seconds(0)), subpacket(3, seconds(1000))];
    assert.equal(forged({ hashed: twice }), 'signature-format');
  });

  test('a critical subpacket that is not understood makes a signature not count; one that is, or is not critical, does no harm', () => {
    for (const type of [1, 4, 9, 20, 27, 34, 60, 110, 127]) {
      assert.equal(forged({ hashed: [date, subpacket(type, Buffer.alloc(4), true)] }), 'critical-subpacket');
      assert.deepEqual(forged({ hashed: [date, subpacket(type, Buffer.alloc(4))] }), REQUEST);
    }
    assert.deepEqual(forged({ hashed: [subpacket(2, seconds(NOW_MS), true), issuerFingerprint] }), REQUEST);
  });

  test('subpackets of every length are read, and areas that end within one are not', () => {
    for (const length of [0, 190, 191, 192, 8000, 9000]) {
      assert.deepEqual(
        forged({ hashed: [date, subpacket(20, Buffer.alloc(length))] }),
        REQUEST,
        String(length),
      );
    }
    // A length of two bytes may begin with what begins a part elsewhere.
    const long = Buffer.concat([Buffer.from([230, 0, 20]), Buffer.alloc(((230 - 192) << 8) + 192 - 1)]);
    assert.deepEqual(forged({ hashed: [date, long] }), REQUEST);
    for (const broken of ['00', '05', 'ff', 'ff00000001', 'c0', 'ff00']) {
      const hashed = [date, Buffer.from(broken, 'hex')];
      assert.equal(forged({ hashed }), 'signature-format', broken);
    }
  });

  test('the issuer is named by key id or fingerprint, hashed or not, and without contradiction', () => {
    assert.deepEqual(forged({ hashed: [date, issuer], unhashed: [] }), REQUEST);
    assert.deepEqual(forged({ hashed: [date, issuerFingerprint], unhashed: [] }), REQUEST);
    assert.deepEqual(forged({ hashed: [date, issuerFingerprint], unhashed: [issuer] }), REQUEST);
    assert.equal(forged({ unhashed: [] }), 'unknown-signer');
    assert.equal(forged({ hashed: [date, issuerFingerprint], unhashed: [anotherIssuer] }), 'unknown-signer');
    assert.equal(forged({ unhashed: [issuer, anotherIssuer] }), 'unknown-signer');
    assert.equal(forged({ unhashed: [subpacket(16, Buffer.alloc(0))] }), 'unknown-signer');
    assert.equal(forged({ unhashed: [subpacket(33, Buffer.alloc(0))] }), 'unknown-signer');
  });

  test('a signature made for somebody else does not count', () => {
    const other = Buffer.from(`04${'ab'.repeat(20)}`, 'hex');
    assert.deepEqual(forged({ hashed: [date, subpacket(35, ours)] }), REQUEST);
    assert.deepEqual(forged({ hashed: [date, subpacket(35, other), subpacket(35, ours, true)] }), REQUEST);
    assert.equal(forged({ hashed: [date, subpacket(35, other)] }), 'other-recipient');
  });

  test('[PGP-4] another text, another key, a wrong hash beginning, a number of two spellings: none counts', () => {
    assert.equal(openWith(createSignature(Buffer.from('other'), signer, NOW_MS)), 'wrong-signature');
    assert.equal(forged({ signingKey: keyOf(strangerRing, 'sign').key }), 'wrong-signature');
    const numberAt = (body: Buffer) => body.length - signer.modulusBytes - 2;
    const edits: Readonly<Record<string, (body: Buffer) => Buffer>> = {
      'hash beginning': (body) => flip(body, numberAt(body) - 2),
      'bit count': (body) => flip(body, numberAt(body) + 1),
      'number, last byte': (body) => flip(body, body.length - 1),
      'a byte more': (body) => Buffer.concat([body, Buffer.alloc(1)]),
      'a byte less': (body) => body.subarray(0, -1),
      'no number': (body) => body.subarray(0, numberAt(body)),
      'a leading zero': (body) => {
        const at = numberAt(body);
        return Buffer.concat([body.subarray(0, at + 2), Buffer.alloc(1), body.subarray(at + 2)]);
      },
    };
    for (const [name, edit] of Object.entries(edits)) assert.equal(forged({ edit }), 'wrong-signature', name);
    for (let bytes = 0; bytes < 20; bytes += 1) {
      const cut = forged({ edit: (body) => body.subarray(0, bytes) });
      assert.match(String(cut), /^(signature-format|unknown-signer|wrong-signature)$/);
    }
  });

  test('[PGP-3, ECHO-4] bad signatures beside a good one do no harm, before it and after it', () => {
    const strange = createSignature(REQUEST, keyOf(strangerRing, 'sign'), NOW_MS);
    const beside = [
      strange,
      forgeSignature(REQUEST, signer, { digest: 2 }),
      forgeSignature(REQUEST, signer, { version: 6 }),
      forgeSignature(REQUEST, signer, { hashed: [subpacket(2, seconds(0))] }),
      writePacket(TAG.signature, Buffer.from('nonsense')),
      createSignature(Buffer.from('other'), signer, NOW_MS),
    ];
    for (const bad of beside) {
      assert.equal(typeof openWith(bad), 'string');
      assert.deepEqual(openWith(good, bad), REQUEST);
      assert.deepEqual(openWith(bad, good), REQUEST);
    }
    assert.deepEqual(openWith(...beside, good), REQUEST);
    // The log names the fault of a known key rather than that there was an unknown one too.
    const wrong = createSignature(Buffer.from('other'), signer, NOW_MS);
    assert.equal(openWith(strange, wrong), 'wrong-signature');
    assert.equal(openWith(wrong, strange), 'wrong-signature');
  });
});

function flip(body: Buffer, at: number): Buffer {
  const flipped = Buffer.from(body);
  flipped[at] = flipped.readUInt8(at) ^ 1;
  return flipped;
}
