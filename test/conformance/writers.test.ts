import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { compactDecrypt, compactVerify } from 'jose';
import * as openpgp from 'openpgp';
import { compactJwe, compactJws } from '../../conformance/google/codecs/jose-parts.ts';
import { PgpCodec, type PgpSealing } from '../../conformance/google/codecs/pgp.ts';
import { readPgpKeys } from '../../conformance/google/codecs/pgp-keys.ts';
import { pgpKeys } from './pgp-keys.ts';

// What the examiner writes by hand is read by software that it doesn't write with.

const payload = Buffer.from('{"clientMessage":"ÿ and more"}'.repeat(20));
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { google, integrator } = await pgpKeys;
const codec = new PgpCodec(
  await readPgpKeys({
    google: { privateKeys: [google.armor()] },
    integrator: { publicKeys: [integrator.toPublic().armor()] },
  }),
);

for (const alg of ['RSA-OAEP-256', 'RSA-OAEP']) {
  for (const enc of ['A256GCM', 'A128GCM', 'A128CBC-HS256']) {
    for (const zip of [{}, { zip: 'DEF' }]) {
      test(`jose opens a JWE of ${alg} and ${enc}${'zip' in zip ? ', compressed' : ''}`, async () => {
        const jwe = compactJwe({ alg, enc, kid: 'a', ...zip }, payload, rsa.publicKey);
        const { plaintext, protectedHeader } = await compactDecrypt(jwe, rsa.privateKey);
        assert.deepEqual(Buffer.from(plaintext), payload);
        assert.equal(protectedHeader.kid, 'a');
      });
    }
  }
}

for (const [alg, { privateKey, publicKey }] of [
  ['RS256', rsa],
  ['PS256', rsa],
  ['ES256', ec],
] as const) {
  test(`jose verifies a JWS of ${alg}`, async () => {
    const verified = await compactVerify(compactJws({ alg, kid: 'a' }, payload, privateKey), publicKey);
    assert.deepEqual(Buffer.from(verified.payload), payload);
  });
}

const sealings: readonly PgpSealing[] = [
  {},
  { hash: 'sha256' },
  { hash: 'sha512', cipher: 'aes-128' },
  { compression: 'zip' },
  { compression: 'zlib', armor: true },
];

for (const sealing of sealings) {
  test(`OpenPGP.js opens a message with ${JSON.stringify(sealing)}`, async () => {
    const body = Buffer.from(Buffer.from(codec.sealAs(payload, sealing)).toString(), 'base64url');
    const armoredMessage = body.toString('latin1');
    const message = sealing.armor
      ? await openpgp.readMessage({ armoredMessage })
      : await openpgp.readMessage({ binaryMessage: new Uint8Array(body) });
    const opened = await openpgp.decrypt({
      message,
      decryptionKeys: integrator,
      verificationKeys: google.toPublic(),
      expectSigned: true,
      format: 'binary',
    });
    assert.deepEqual(Buffer.from(opened.data as Uint8Array), payload);
  });
}
