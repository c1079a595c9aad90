import { strangeSigner } from '../../google/codecs/pgp-keys.ts';
import type { Check } from '../check.ts';
import { expectError } from '../expectations.ts';
import { given, known, probe, wronglySigned } from './pgp-probe.ts';

/** Messages that nobody who matters has signed. */
const forged: readonly Check[] = [
  wronglySigned(
    [
      'unsigned',
      ['PGP-4', 'ECHO-4'],
      'Refuses a message without a signature with 401 INVALID_PAYLOAD_SIGNATURE.',
    ],
    () => ({ signers: [] }),
  ),
  wronglySigned(
    [
      'unknown-signer',
      ['PGP-4', 'ECHO-4'],
      'Refuses a message signed by an unknown key with 401 INVALID_PAYLOAD_SIGNATURE.',
    ],
    () => ({ signers: [strangeSigner()] }),
  ),
  wronglySigned(
    [
      'expired-signer',
      ['PGP-4'],
      'Refuses a message signed by an expired key of Google’s alone with 401 INVALID_PAYLOAD_SIGNATURE.',
    ],
    (codec) => ({ signers: [given(codec.keys.expired, 'google.expiredKeys')] }),
  ),
  wronglySigned(
    [
      'revoked-signer',
      ['PGP-4'],
      'Refuses a message signed by a revoked key of Google’s with 401 INVALID_PAYLOAD_SIGNATURE.',
    ],
    (codec) => ({ signers: [given(codec.keys.revoked, 'google.revokedKeys')] }),
  ),
  wronglySigned(
    [
      'other-payload-signed',
      ['PGP-4'],
      'Refuses a message whose signature is over another text with 401 INVALID_PAYLOAD_SIGNATURE.',
    ],
    () => ({ signed: Buffer.from('{"another":"text"}') }),
  ),
  wronglySigned(
    [
      'borrowed-key-id',
      ['PGP-4'],
      'Refuses a signature by a strange key that bears the key id of a known one with 401 INVALID_PAYLOAD_SIGNATURE.',
    ],
    (codec) => {
      const { keyId, fingerprint } = known(codec);
      return { signers: [{ ...strangeSigner(), keyId, fingerprint }] };
    },
  ),
  wronglySigned(
    [
      'signed-by-encryption-key',
      ['PGP-8', 'PGP-4'],
      'Refuses a signature by Google’s encryption subkey with 401 INVALID_PAYLOAD_SIGNATURE.',
    ],
    (codec) => ({
      signers: [given(codec.keys.encryptionOnly, 'an encryption subkey in google.privateKeys')],
    }),
  ),
  wronglySigned(
    [
      'md5-signature',
      ['PGP-9', 'PGP-15'],
      'Refuses a signature with MD5 with 401 INVALID_PAYLOAD_SIGNATURE.',
      'SHOULD',
    ],
    () => ({ hash: 'md5' }),
  ),
  wronglySigned(
    [
      'sha1-signature',
      ['PGP-9', 'PGP-15'],
      'Refuses a signature with SHA-1 with 401 INVALID_PAYLOAD_SIGNATURE.',
      'SHOULD',
    ],
    () => ({ hash: 'sha1' }),
  ),
];

/** One literal under the signature, another one beside it. */
const confusions: readonly Check[] = [
  {
    id: 'sealing/pgp-refuses-second-literal',
    requirements: ['PGP-4', 'PGP-12'],
    level: 'MUST',
    expects: 'Refuses a message with a second, unsigned text behind the signature with 400 or 401.',
    codecs: ['pgp'],
    run: async (trial) => {
      const answer = await probe(trial, () => ({ appended: Buffer.from('{"another":"text"}') }));
      if (answer.http.status === 401) expectError(answer, 401, 'INVALID_PAYLOAD_SIGNATURE');
      else expectError(answer, 400, 'INVALID_PAYLOAD_ENCRYPTION', 'INVALID_DECRYPTED_REQUEST');
    },
  },
];

export const pgpSignatureChecks: readonly Check[] = [...forged, ...confusions];
