import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readPrivateKey } from 'openpgp';
import { privateKeyObject } from '../../src/codecs/openpgp/key-object.ts';
import { sealMessage } from '../../src/codecs/openpgp/message.ts';
import { createOnePass, createSignature } from '../../src/codecs/openpgp/signature.ts';
import { forgeBody, keyOf, literal } from '../codecs/openpgp/forge.ts';
import {
  bodyOf,
  keyBytes,
  NOW_MS,
  REQUEST,
  readMirroredRing,
  readRing,
  tryOpen,
} from '../codecs/openpgp/vectors.ts';

const ring = await readRing(['own-2048'], ['peer-2048']);
const peerRing = await readMirroredRing(['own-2048'], ['peer-2048']);
const signer = keyOf(peerRing, 'sign');
const recipient = keyOf(peerRing, 'encrypt');

function signedBy(key: typeof signer): Buffer {
  return Buffer.concat([createOnePass(key, true), literal(REQUEST), createSignature(REQUEST, key, NOW_MS)]);
}

describe('keys used for what they are not for', () => {
  test('[PGP-8] a signature by the key that the peer has for encryption does not count, though it verifies', async () => {
    const certificate = await readPrivateKey({ armoredKey: keyBytes('peer-2048.secret').toString('latin1') });
    const [subkey] = certificate.subkeys;
    const key = subkey && privateKeyObject(subkey);
    assert.ok(subkey && key);
    const encryptionOnly = {
      ...signer,
      key,
      keyId: subkey.getKeyID().toHex(),
      fingerprint: subkey.getFingerprint(),
    };
    assert.equal(tryOpen(forgeBody(signedBy(encryptionOnly), recipient), ring), 'unknown-signer');
    assert.equal(
      tryOpen(
        forgeBody(
          signedBy({ ...encryptionOnly, keyId: signer.keyId, fingerprint: signer.fingerprint }),
          recipient,
        ),
        ring,
      ),
      'wrong-signature',
    );
    assert.deepEqual(tryOpen(forgeBody(signedBy(signer), recipient), ring), REQUEST);
  });

  test('[PGP-8] a message encrypted to the key that we have for signing is not opened', () => {
    const ours = keyOf(ring, 'sign');
    const toSigningKey = { ...recipient, key: keyOf(peerRing, 'verify').key, keyId: ours.keyId };
    assert.equal(tryOpen(forgeBody(signedBy(signer), toSigningKey), ring), 'not-for-us');
    assert.equal(
      tryOpen(forgeBody(signedBy(signer), { ...toSigningKey, keyId: recipient.keyId }), ring),
      'integrity',
    );
    assert.equal(
      tryOpen(forgeBody(signedBy(signer), { ...toSigningKey, keyId: '0'.repeat(16) }), ring),
      'integrity',
    );
  });

  test('[PGP-4] our own answers, sent back to us or encrypted anew, are not requests', () => {
    assert.equal(tryOpen(sealMessage(REQUEST, ring, NOW_MS, false), ring), 'not-for-us');
    assert.equal(tryOpen(forgeBody(signedBy(keyOf(ring, 'sign')), recipient), ring), 'unknown-signer');
  });

  test('[PGP-4] a stranger who gives its signature the key id of the peer is a stranger', async () => {
    const stranger = keyOf(await readMirroredRing(['own-2048'], ['stranger']), 'sign');
    const disguised = { ...stranger, keyId: signer.keyId, fingerprint: signer.fingerprint };
    assert.equal(tryOpen(forgeBody(signedBy(stranger), recipient), ring), 'unknown-signer');
    assert.equal(tryOpen(forgeBody(signedBy(disguised), recipient), ring), 'wrong-signature');
  });

  test('[PGP-5] a message to a stranger that bears our key id is not opened', async () => {
    const stranger = keyOf(await readMirroredRing(['stranger'], ['peer-2048']), 'encrypt');
    assert.equal(
      tryOpen(forgeBody(signedBy(signer), { ...stranger, keyId: recipient.keyId }), ring),
      'integrity',
    );
  });

  test('no other container is taken for an OpenPGP message', () => {
    const part = Buffer.from('{"alg":"none"}').toString('base64url');
    const containers: Readonly<Record<string, Buffer>> = {
      JSON: REQUEST,
      'base64url of JSON': bodyOf(REQUEST),
      JWS: Buffer.from(`${part}.${part}.${part}`),
      'unsecured JWS': Buffer.from(`${part}.${part}.`),
      JWE: Buffer.from([part, part, part, part, part].join('.')),
      'base64url of a JWE': bodyOf(Buffer.from([part, part, part, part, part].join('.'))),
      'a key': bodyOf(keyBytes('peer-2048.public')),
      'a private key': bodyOf(keyBytes('own-2048.secret')),
      'armor without base64url': Buffer.from(
        '-----BEGIN PGP MESSAGE-----\n\nyRJi\n-----END PGP MESSAGE-----\n',
      ),
    };
    for (const [name, body] of Object.entries(containers)) {
      assert.match(String(tryOpen(body, ring)), /^(encoding|outer-structure)$/, name);
    }
  });
});
