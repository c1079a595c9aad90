import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BodyFault } from '../../../src/codecs/body-fault.ts';
import { bodyOf, REQUEST, readRing, readVectors, tryOpen } from './vectors.ts';

/** Why each of the messages that GnuPG made to be refused is. */
const REASONS: Readonly<Record<string, BodyFault>> = {
  'cipher-3DES.pgp': 'integrity',
  'cipher-BLOWFISH.pgp': 'integrity',
  'cipher-CAMELLIA256.pgp': 'integrity',
  'cipher-CAST5.pgp': 'integrity',
  'compressed-bzip2.pgp': 'compression',
  'critical-notation.pgp': 'critical-subpacket',
  'expired-signs.pgp': 'inactive-signer',
  'for-a-stranger.pgp': 'not-for-us',
  'only-signed.pgp': 'outer-structure',
  'password.pgp': 'outer-structure',
  'signature-expired.pgp': 'signature-date',
  'signature-from-the-future.pgp': 'signature-date',
  'stranger-signs.pgp': 'unknown-signer',
  'text-signature.pgp': 'signature-type',
  'unsigned.pgp': 'unsigned',
  'weak-digest-SHA1.pgp': 'weak-digest',
  'weak-digest-SHA224.pgp': 'weak-digest',
};

const peers = ['peer-2048', 'peer-3072', 'peer-4096', 'peer-subkeys', 'peer-expired'];
const ring = await readRing(['own-2048', 'own-3072', 'own-4096'], peers);

describe('messages made by GnuPG', () => {
  for (const { name, message } of readVectors('accepted')) {
    test(`[PGP-11, PGP-12, PGP-13, OQ-16] accepted/${name} is opened`, () => {
      assert.deepEqual(tryOpen(bodyOf(message), ring), REQUEST);
    });
  }

  for (const { name, message } of readVectors('refused')) {
    test(`[PGP-4, PGP-5, PGP-14, PGP-15] refused/${name} is refused for ${REASONS[name]}`, () => {
      assert.equal(tryOpen(bodyOf(message), ring), REASONS[name]);
    });
  }

  test('[PGP-3] of several signers any one that is known is enough', async () => {
    const several = readVectors('accepted').find(({ name }) => name === 'several-signers.asc');
    assert.ok(several);
    for (const google of ['peer-2048', 'peer-3072', 'peer-4096']) {
      assert.deepEqual(tryOpen(bodyOf(several.message), await readRing(['own-2048'], [google])), REQUEST);
    }
    assert.equal(
      tryOpen(bodyOf(several.message), await readRing(['own-2048'], ['stranger'])),
      'unknown-signer',
    );
  });
});
