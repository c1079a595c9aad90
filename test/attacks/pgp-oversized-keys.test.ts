import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { readKey, readPrivateKey } from 'openpgp';
import { createSessionKey, encryptPackets } from '../../src/codecs/openpgp/encryption.ts';
import { readPgpKeyRing } from '../../src/codecs/openpgp/keys.ts';
import { TAG, writePacket } from '../../src/codecs/openpgp/packets.ts';
import { createOnePass } from '../../src/codecs/openpgp/signature.ts';
import { forgeBody, forgeSignature, keyOf, literal } from '../codecs/openpgp/forge.ts';
import {
  bodyOf,
  keyBytes,
  NOW_MS,
  ownSource,
  peerSource,
  REQUEST,
  readMirroredRing,
  readRing,
  tryOpen,
} from '../codecs/openpgp/vectors.ts';
import { quickestOf } from './quickest.ts';

/** RSA with huge numbers takes seconds: neither a key that is configured nor a number in a message may have them. */
const ring = await readRing(['own-2048'], ['peer-2048']);
const peerRing = await readMirroredRing(['own-2048'], ['peer-2048']);
const text = (name: string) => keyBytes(name).toString('latin1');

function oddNumber(bytes: number): Uint8Array {
  const number = new Uint8Array(randomBytes(bytes));
  number[0] = 0xff;
  number[bytes - 1] = 1;
  return number;
}

async function assertRefusedQuickly(reading: () => Promise<unknown>, fault: RegExp): Promise<void> {
  const durationMs = await quickestOf(3, () =>
    assert.rejects(reading, { name: 'KeyRingError', message: fault }),
  );
  assert.ok(durationMs < 200, `${durationMs} ms`);
}

describe('oversized numbers', () => {
  for (const [what, change, fault] of [
    ['modulus of 16 384 bits', { n: oddNumber(2048) }, /16384 bits.*2048 to 4096 bits are accepted/],
    ['public exponent of 2048 bits', { e: oddNumber(256) }, /public exponent of more than 32 bits/],
  ] as const) {
    test(`[ENC-5] a key with a ${what} is refused before it is used`, async () => {
      const theirs = await readKey({ armoredKey: text('peer-2048.public') });
      Object.assign(theirs.keyPacket.publicParams, change);
      const google = [{ name: 'large', bytes: theirs.toPublic().write() }];
      const ours = [ownSource('own-2048')];
      await assertRefusedQuickly(() => readPgpKeyRing({ ours, google, graceMs: 0, nowMs: NOW_MS }), fault);

      const own = await readPrivateKey({ armoredKey: text('own-2048.secret') });
      Object.assign(own.keyPacket.publicParams, change);
      const large = [{ name: 'large', bytes: own.write() }];
      const peers = [peerSource('peer-2048')];
      await assertRefusedQuickly(
        () => readPgpKeyRing({ ours: large, google: peers, graceMs: 0, nowMs: NOW_MS }),
        fault,
      );
    });
  }

  test('[PGP-5] an encrypted session key longer than our modulus is refused before any RSA', async () => {
    const head = Buffer.from(`03${keyOf(ring, 'decrypt').keyId}01`, 'hex');
    for (const bytes of [257, 512, 8191]) {
      const number = Buffer.concat([Buffer.alloc(2), oddNumber(bytes)]);
      number.writeUInt16BE(bytes * 8);
      const recipient = writePacket(TAG.sessionKey, head, number);
      const body = bodyOf(Buffer.concat([recipient, encryptPackets(REQUEST, createSessionKey())]));
      const durationMs = await quickestOf(5, () => assert.equal(tryOpen(body, ring), 'not-for-us'));
      assert.ok(durationMs < 20, `${durationMs} ms`);
    }
  });

  test('[PGP-4] a signature longer than the modulus of its key does not count', () => {
    const signer = keyOf(peerRing, 'sign');
    const edit = (body: Buffer) => {
      const start = body.length - signer.modulusBytes - 2;
      const number = Buffer.concat([Buffer.alloc(2), oddNumber(8191)]);
      number.writeUInt16BE(8191 * 8);
      return Buffer.concat([body.subarray(0, start), number]);
    };
    const packets = [
      createOnePass(signer, true),
      literal(REQUEST),
      forgeSignature(REQUEST, signer, { edit }),
    ];
    assert.equal(
      tryOpen(forgeBody(Buffer.concat(packets), keyOf(peerRing, 'encrypt')), ring),
      'wrong-signature',
    );
  });
});
