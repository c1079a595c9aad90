import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readKey } from 'openpgp';
import { exportPublicKeys } from '../../../src/codecs/openpgp/export.ts';
import { addEncryptionSubkey, generatePgpKey } from '../../../src/codecs/openpgp/generate.ts';
import { readPgpKeyRing } from '../../../src/codecs/openpgp/keys.ts';
import { sealMessage } from '../../../src/codecs/openpgp/message.ts';
import { Secret } from '../../../src/ports/secret.ts';
import { DAY_MS, NOW_MS, ownSource, peerSource, REQUEST, tryOpen } from './vectors.ts';

const bytesOf = (armored: string | Secret) =>
  Buffer.from(typeof armored === 'string' ? armored : armored.reveal());
const passphrase = new Secret('a passphrase');
const generated = await generatePgpKey({
  name: 'Example Bank',
  email: 'otp@example.com',
  passphrase,
  nowMs: NOW_MS,
});

describe('generating OpenPGP keys', () => {
  test('[ENC-5, PGP-7] a generated key is RSA-2048, lives a year and is accepted as ours', async () => {
    const source = { name: 'generated', bytes: bytesOf(generated.privateKey), passphrase };
    const ring = await readPgpKeyRing({
      ours: [source],
      google: [peerSource('peer-2048')],
      graceMs: 0,
      nowMs: NOW_MS,
    });
    const [sign, decrypt] = ring.keys;
    assert.deepEqual([sign?.purpose, decrypt?.purpose], ['sign', 'decrypt']);
    assert.equal(sign?.modulusBytes, 256);
    assert.equal(sign.fingerprint, generated.fingerprint);
    for (const key of [sign, decrypt]) assert.equal(key?.expiresAtMs, NOW_MS + 365 * DAY_MS);
    assert.equal(generated.expiresAtMs, NOW_MS + 365 * DAY_MS);
  });

  test('[PGP-1, PGP-2] what another side seals to its public part is opened with the private part', async () => {
    const ours = [{ name: 'generated', bytes: bytesOf(generated.privateKey), passphrase }];
    const google = [{ name: 'generated', bytes: bytesOf(generated.publicKey) }];
    const ring = await readPgpKeyRing({ ours, google: [peerSource('peer-2048')], graceMs: 0, nowMs: NOW_MS });
    const mirrored = await readPgpKeyRing({
      ours: [ownSource('peer-2048')],
      google,
      graceMs: 0,
      nowMs: NOW_MS,
    });
    assert.deepEqual(tryOpen(sealMessage(REQUEST, mirrored, NOW_MS, false), ring), REQUEST);
    assert.deepEqual(tryOpen(sealMessage(REQUEST, ring, NOW_MS, true), mirrored), REQUEST);
  });

  test('[PGP-9, PGP-10] its preferences ask for SHA-384 and AES-256 first, with integrity protection', async () => {
    const key = await readKey({ armoredKey: generated.publicKey });
    const { selfCertification } = await key.getPrimaryUser(new Date(NOW_MS));
    assert.equal(selfCertification.preferredHashAlgorithms?.[0], 9);
    assert.equal(selfCertification.preferredSymmetricAlgorithms?.[0], 9);
    assert.equal((selfCertification.features?.[0] ?? 0) & 1, 1);
    assert.deepEqual(key.getUserIDs(), ['Example Bank <otp@example.com>']);
    assert.equal(selfCertification.keyFlags?.[0], 3);
  });

  test('[PGP-7] a new subkey stands beside the old one and the primary key stays', async () => {
    const nowMs = NOW_MS + 100 * DAY_MS;
    const extended = await addEncryptionSubkey({ privateKey: generated.privateKey, passphrase, nowMs });
    const source = { name: 'extended', bytes: bytesOf(extended.privateKey), passphrase };
    const ring = await readPgpKeyRing({
      ours: [source],
      google: [peerSource('peer-2048')],
      graceMs: 0,
      nowMs,
    });
    assert.equal(ring.usable('decrypt', nowMs).length, 2);
    assert.equal(ring.usable('sign', nowMs)[0]?.fingerprint, generated.fingerprint);
    // The subkey ends with its certificate, though it was given a year.
    for (const key of ring.usable('decrypt', nowMs)) assert.equal(key.expiresAtMs, generated.expiresAtMs);
    const google = [{ name: 'extended', bytes: bytesOf(extended.publicKey) }];
    const mirrored = await readPgpKeyRing({ ours: [ownSource('peer-2048')], google, graceMs: 0, nowMs });
    const newest = ring.usable('decrypt', nowMs).find(({ createdAtMs }) => createdAtMs === nowMs);
    assert.equal(mirrored.usable('encrypt', nowMs)[0]?.keyId, newest?.keyId);
  });

  test('[ENC-3, ENC-4] the public part is exported without the passphrase and holds nothing private', async () => {
    const exported = await exportPublicKeys(Buffer.from(generated.privateKey.reveal()));
    assert.equal(exported, generated.publicKey);
    assert.match(exported, /^-----BEGIN PGP PUBLIC KEY BLOCK-----/);
    assert.equal((await readKey({ armoredKey: exported })).isPrivate(), false);
  });

  test('[ENC-5] a weak key and one that lives longer than two years are refused', async () => {
    const order = { name: 'x', nowMs: NOW_MS };
    for (const rsaBits of [1024, 2047, 8192, 2048.5, Number.NaN]) {
      await assert.rejects(generatePgpKey({ ...order, rsaBits }), RangeError);
    }
    for (const validityDays of [0, 732, -1, 1.5, Number.NaN]) {
      await assert.rejects(generatePgpKey({ ...order, validityDays }), RangeError);
    }
  });

  test('[ERR-4] a generated private key is not shown when it is printed', () => {
    const shown = JSON.stringify(generated);
    assert.equal(shown.match(/BEGIN PGP/g)?.length, 1);
    assert.doesNotMatch(shown, /PRIVATE KEY/);
  });
});
