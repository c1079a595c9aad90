import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { createSessionKey, decryptPackets, encryptPackets } from '../../../src/codecs/openpgp/encryption.ts';
import { sealMessage } from '../../../src/codecs/openpgp/message.ts';
import { readPackets, TAG, writePacket } from '../../../src/codecs/openpgp/packets.ts';
import {
  decryptSessionKey,
  planAttempts,
  readRecipient,
  writeRecipient,
} from '../../../src/codecs/openpgp/session-key.ts';
import { createOnePass, createSignature, readSignature } from '../../../src/codecs/openpgp/signature.ts';
import { forgeBody, keyOf, literal, marker, privateUse } from './forge.ts';
import { bodyOf, DAY_MS, NOW_MS, REQUEST, readMirroredRing, readRing, tryOpen } from './vectors.ts';

const ring = await readRing(['own-2048', 'own-3072'], ['peer-2048', 'peer-3072']);
const peerRing = await readMirroredRing(['own-2048', 'own-3072'], ['peer-2048', 'peer-3072']);
const strangerRing = await readMirroredRing(['stranger'], ['peer-2048']);

const signer = keyOf(peerRing, 'sign');
const recipient = keyOf(peerRing, 'encrypt');
const stranger = keyOf(strangerRing, 'encrypt');
const onePass = createOnePass(signer, true);
const data = literal(REQUEST);
const signature = createSignature(REQUEST, signer, NOW_MS);
const signed = Buffer.concat([onePass, data, signature]);

function compressed(packets: Buffer): Buffer {
  return writePacket(TAG.compressed, Buffer.from([1]), deflateRawSync(packets));
}

describe('sealing', () => {
  test('[PGP-1, PGP-2] what is sealed is opened by the other side, armored or not, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.boolean(), (payload, armored) => {
        const opened = tryOpen(sealMessage(payload, peerRing, NOW_MS, armored), ring);
        assert.deepEqual(opened, Buffer.from(payload));
      }),
      { numRuns: 50 },
    );
  });

  test('[PGP-8, PGP-9, PGP-10] it is signed with SHA-384 by every key of ours and encrypted with AES-256 to every subkey', () => {
    const message = Buffer.from(
      Buffer.from(sealMessage(REQUEST, ring, NOW_MS, false)).toString(),
      'base64url',
    );
    const outer = readPackets(message) ?? [];
    assert.deepEqual(
      outer.map(({ tag }) => tag),
      [TAG.sessionKey, TAG.sessionKey, TAG.encrypted],
    );
    const recipients = outer.slice(0, 2).map(({ body }) => readRecipient(body));
    const subkeys = ring.usable('encrypt', NOW_MS);
    assert.deepEqual(
      recipients.map((to) => to?.keyId),
      subkeys.map(({ keyId }) => keyId),
    );
    assert.ok(subkeys.every(({ fingerprint, certificate }) => fingerprint !== certificate));
    const [attempt] = planAttempts(
      recipients.filter((to) => to !== undefined),
      peerRing.usable('decrypt', NOW_MS),
      1,
    );
    assert.ok(attempt && outer[2]);
    const sessionKey = decryptSessionKey(attempt);
    assert.equal(sessionKey.cipher, 9);
    const inner = readPackets(decryptPackets(outer[2].body, sessionKey) ?? Buffer.alloc(0)) ?? [];
    assert.deepEqual(
      inner.map(({ tag }) => tag),
      [4, 4, 11, 2, 2],
    );
    const signatures = inner.slice(3).map(({ body }) => readSignature(body));
    const signers = ring.usable('sign', NOW_MS).map(({ keyId }) => keyId);
    // The first signature belongs to the last announcement.
    assert.deepEqual(
      signatures.map((made) => made?.keyId),
      signers.toReversed(),
    );
    assert.deepEqual(
      inner.slice(0, 2).map(({ body }) => [body.toString('hex', 4, 12), body[12]]),
      [
        [signers[0], 0],
        [signers[1], 1],
      ],
    );
    assert.ok(signatures.every((made) => made?.digest === 9));
  });

  test('[PGP-2, ENC-2] a retiring key neither signs nor is encrypted to, and without an active one nothing is sealed', () => {
    assert.throws(() => sealMessage(REQUEST, ring, NOW_MS + 5000 * DAY_MS, false), /no active key/);
  });
});

/** All sequences of `letters` up to a length. */
function sequences(letters: string, lengthMax: number): string[] {
  const all = [''];
  for (const sequence of all) {
    if (sequence.length < lengthMax) all.push(...[...letters].map((letter) => sequence + letter));
  }
  return all;
}

describe('the order of packets', () => {
  const inner: Readonly<Record<string, Buffer>> = {
    O: onePass,
    S: signature,
    L: data,
    M: literal(Buffer.from('another text')),
    C: compressed(signed),
    X: marker,
    Y: privateUse,
  };
  const build = (sequence: string) =>
    Buffer.concat([...sequence].map((letter) => inner[letter] ?? Buffer.alloc(0)));

  test('of all sequences of packets within a message exactly those of a signed message are opened', () => {
    const opened = sequences('OSLMCX', 4).filter(
      (sequence) => typeof tryOpen(forgeBody(build(sequence), recipient), ring) !== 'string',
    );
    assert.deepEqual(opened.sort(), ['C', 'OLS', 'SL', 'SSL', 'SSSL']);
  });

  test('[PGP-3] several signatures around one text are read, and neither more nor fewer than were announced', () => {
    const open = (sequence: string) => tryOpen(forgeBody(build(sequence), recipient), ring);
    for (const sequence of ['OOLSS', 'OOOLSSS']) assert.deepEqual(open(sequence), REQUEST);
    for (const sequence of [
      'OOLS',
      'OLSS',
      'LS',
      'SLS',
      'SOLS',
      'OSLS',
      'OLSX',
      'YOLS',
      'OLSY',
      'OYLS',
      'OLSM',
      'OMLS',
    ]) {
      assert.equal(open(sequence), 'inner-structure', sequence);
    }
    assert.equal(open('L'), 'unsigned');
    assert.equal(open('OL'), 'unsigned');
    assert.equal(open('OOL'), 'unsigned');
    assert.equal(open('OMS'), 'wrong-signature');
    assert.equal(
      tryOpen(forgeBody(Buffer.concat([signed, Buffer.from([0])]), recipient), ring),
      'inner-structure',
    );
  });

  test('[PGP-13] compression stands once and alone', () => {
    const open = (packets: Buffer) => tryOpen(forgeBody(packets, recipient), ring);
    assert.deepEqual(open(compressed(signed)), REQUEST);
    assert.equal(open(compressed(compressed(signed))), 'inner-structure');
    assert.equal(open(Buffer.concat([onePass, compressed(data), signature])), 'inner-structure');
    assert.equal(open(compressed(data)), 'unsigned');
    assert.equal(open(compressed(Buffer.alloc(0))), 'inner-structure');
    assert.equal(open(writePacket(TAG.compressed, Buffer.from([0]), signed)), 'compression');
    assert.equal(open(writePacket(TAG.compressed)), 'compression');
    const deflated = deflateRawSync(signed);
    assert.equal(
      open(writePacket(TAG.compressed, Buffer.from([1]), deflated, Buffer.from([0]))),
      'compression',
    );
    assert.equal(
      open(writePacket(TAG.compressed, Buffer.from([1]), deflated.subarray(0, -1))),
      'compression',
    );
  });

  test('[PGP-5, PGP-14] of all sequences of packets around it exactly recipients and one protected text are opened', () => {
    const sessionKey = createSessionKey();
    const encrypted = encryptPackets(signed, sessionKey);
    const outer: Readonly<Record<string, Buffer>> = {
      P: writeRecipient(sessionKey, recipient),
      Q: writeRecipient(sessionKey, stranger),
      E: encrypted,
      F: writePacket(9, encrypted.subarray(3)),
      G: writePacket(20, encrypted.subarray(3)),
      K: writePacket(3, Buffer.from([4, 9, 3, 8, 1, 2, 3, 4, 5, 6, 7, 8, 96])),
      S: signature,
      L: data,
      X: marker,
    };
    const opened = sequences('PQEFGKSLX', 3).filter((sequence) => {
      const message = Buffer.concat([...sequence].map((letter) => outer[letter] ?? Buffer.alloc(0)));
      return sequence !== '' && typeof tryOpen(bodyOf(message), ring) !== 'string';
    });
    assert.deepEqual(opened.sort(), ['PE', 'PPE', 'PQE', 'QPE']);
  });
});

describe('opening', () => {
  test('[PGP-5] a message to nobody of ours is told apart from one that is damaged, for the log only', () => {
    assert.equal(tryOpen(forgeBody(signed, stranger), ring), 'not-for-us');
    const damaged = Buffer.from(forgeBody(signed, recipient).toString(), 'base64url');
    damaged[damaged.length - 1] = damaged.readUInt8(damaged.length - 1) ^ 1;
    assert.equal(tryOpen(bodyOf(damaged), ring), 'integrity');
  });

  test('[OQ-26] a message to a key of ours that has expired is read for the grace', () => {
    const body = forgeBody(signed, recipient);
    const expiresAtMs = keyOf(ring, 'decrypt').expiresAtMs ?? 0;
    assert.deepEqual(tryOpen(body, ring, expiresAtMs - 1), REQUEST);
    // The peer's key is over at the same time, so the signature doesn't count any more, but it was decrypted.
    assert.equal(tryOpen(body, ring, expiresAtMs + DAY_MS - 1), 'inactive-signer');
    assert.equal(tryOpen(body, ring, expiresAtMs + DAY_MS), 'not-for-us');
  });

  test('a text may have any format and name that a sender gives it; its bytes are taken as they are', () => {
    for (const format of ['b', 't', 'u']) {
      const packets = Buffer.concat([onePass, literal(REQUEST, format, 'request.json'), signature]);
      assert.deepEqual(tryOpen(forgeBody(packets, recipient), ring), REQUEST);
    }
    for (const text of [literal(REQUEST, '1'), writePacket(TAG.literal, Buffer.from('b\u0000xy'))]) {
      assert.equal(
        tryOpen(forgeBody(Buffer.concat([onePass, text, signature]), recipient), ring),
        'inner-structure',
      );
    }
  });

  test('[OQ-15, OQ-16] a body that is no base64url, no message or too large is refused', () => {
    const body = forgeBody(signed, recipient);
    assert.equal(tryOpen(Buffer.from(`${body.toString()}+`), ring), 'encoding');
    assert.equal(tryOpen(Buffer.alloc(0), ring), 'encoding');
    assert.equal(tryOpen(bodyOf(Buffer.from('-----BEGIN PGP MESSAGE-----\nno')), ring), 'encoding');
    for (const message of ['', 'text', '\u00ff']) {
      assert.match(
        String(tryOpen(bodyOf(Buffer.from(message, 'latin1')), ring)),
        /^(encoding|outer-structure)$/,
      );
    }
    assert.equal(tryOpen(Buffer.alloc(256 * 1024 + 1, 'A'), ring), 'too-large');
    assert.equal(tryOpen(Buffer.alloc(256 * 1024, 'A'), ring), 'outer-structure');
  });
});
