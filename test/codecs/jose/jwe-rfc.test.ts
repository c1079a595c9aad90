import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { describe, test } from 'node:test';
import type { BodyFault } from '../../../src/codecs/body-fault.ts';
import type { AllowedAlgorithms } from '../../../src/codecs/jose/algorithms.ts';
import type { JweRules } from '../../../src/codecs/jose/jwe-rules.ts';
import { readJwkKeyRing } from '../../../src/codecs/jose/jwk-keys.ts';
import { forgeJwe } from './forge.ts';
import { BARE, jwkOf, NESTED, NOW_MS, type RfcVector, rfcVectors, sourceOf, tryOpen } from './jwe-vectors.ts';

const allowed: AllowedAlgorithms = {
  keyManagement: ['RSA-OAEP-256', 'RSA-OAEP', 'RSA1_5'],
  contentEncryption: ['A256GCM', 'A128GCM', 'A128CBC-HS256'],
  signing: ['RS256', 'PS256', 'ES256'],
};
const { contentEncryption } = allowed;

/** The examples that the profile doesn't allow. All fail before any cryptography, by header, parts or name. */
const REFUSED: Readonly<Record<string, BodyFault>> = {
  '7515-a5-none': 'unsigned',
  '7520-4-2-ps384': 'signature-algorithm',
  '7520-4-4-hs256': 'unknown-signer',
  '7520-5-3-pbes2': 'outer-structure',
  '7520-5-5-ecdh-es': 'encoding',
  '7520-5-6-dir': 'encoding',
  '7520-5-9-a128kw': 'not-for-us',
};

const OWN = jwkOf('own.private', 'own-enc');
const PEER = jwkOf('google.public', 'google-sig');
const OWN_PUBLIC = createPublicKey({ key: OWN, format: 'jwk' });

/** A ring that knows just the keys of one example, which have no times and partly no names. */
function ringOf(ours: object, google: object) {
  return readJwkKeyRing({
    ours: [sourceOf('own', [{ kid: 'own', use: 'enc', ...ours }], { expiresAtMs: NOW_MS + 1 })],
    google: [sourceOf('peer', [{ kid: 'peer', use: 'sig', ...google }])],
    allowed,
    purposes: [],
    graceMs: 0,
    nowMs: NOW_MS,
  });
}

async function open({ kind, key, signer, message }: RfcVector) {
  const rules: JweRules = { ...(kind === 'jwe' ? BARE : NESTED), contentEncryption, compressed: true };
  if (kind === 'jws') {
    const body = forgeJwe({ alg: 'RSA-OAEP-256', enc: 'A256GCM' }, message, OWN_PUBLIC);
    return tryOpen(body, await ringOf(OWN, key ?? PEER), rules);
  }
  const header = Buffer.from(message.split('.')[0] ?? '', 'base64url').toString();
  const ours = header.includes('RSA1_5') ? { ...key, alg: 'RSA1_5' } : (key ?? OWN);
  return tryOpen(message, await ringOf(ours, signer ?? PEER), rules);
}

describe('the examples of the RFCs', () => {
  for (const { name, ...vector } of rfcVectors()) {
    const reason = REFUSED[name];
    const verdict = reason ? `refused for ${reason}` : 'opened';
    test(`[JWE-1, JWE-2, JWE-3] ${name} (${vector.source}) is ${verdict}`, async () => {
      assert.deepEqual(await open(vector), reason ?? Buffer.from(vector.payload));
    });
  }
});
