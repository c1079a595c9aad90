import type { PgpCodec } from '../../google/codecs/pgp.ts';
import { strangeSigner } from '../../google/codecs/pgp-keys.ts';
import type { Check } from '../check.ts';
import { expectRead } from '../expectations.ts';
import { flipped, given, known, opens, pgpOf, undecryptable } from './pgp-probe.ts';
import { pgpSignatureChecks } from './sealing-pgp-signatures.ts';

const accepted: readonly Check[] = [
  opens(
    [
      'standard',
      ['PGP-11', 'PGP-12', 'ENC-1'],
      'Opens a message signed with SHA-384 and encrypted with AES-256.',
    ],
    () => ({}),
  ),
  opens(
    ['armor', ['PGP-12', 'OQ-16'], 'Opens an armored message, as the reference’s sample command makes it.'],
    () => ({ armor: true }),
  ),
  opens(['zip', ['PGP-13'], 'Opens a message compressed with ZIP, as GnuPG does.'], () => ({
    compression: 'zip',
  })),
  opens(['zlib', ['PGP-13'], 'Opens a message compressed with ZLIB.'], () => ({ compression: 'zlib' })),
  opens(
    [
      'several-recipients',
      ['PGP-1', 'ENC-2'],
      'Opens a message encrypted to its own key and, before it, to a stranger’s.',
    ],
    (codec) => ({ recipients: [strangeSigner(), ...codec.keys.recipients.slice(0, 1)] }),
  ),
  opens(
    ['second-key', ['PGP-1', 'ENC-2'], 'Opens a message encrypted to the second of its keys.'],
    (codec) => ({ recipients: [given(codec.keys.recipients[1], 'a second key in integrator.publicKeys')] }),
  ),
  opens(
    ['second-signer', ['ENC-2', 'PGP-3'], 'Opens a message signed by the second of Google’s keys.'],
    (codec) => ({ signers: [given(codec.keys.signers[1], 'a second key in google.privateKeys')] }),
  ),
  opens(
    [
      'known-then-unknown-signer',
      ['PGP-3', 'ECHO-4'],
      'Opens a message signed by a known key and then by an unknown one.',
    ],
    (codec) => ({ signers: [known(codec), strangeSigner()] }),
  ),
  opens(
    [
      'unknown-then-known-signer',
      ['PGP-3', 'ECHO-4'],
      'Opens a message signed by an unknown key and then by a known one.',
    ],
    (codec) => ({ signers: [strangeSigner(), known(codec)] }),
  ),
  opens(
    [
      'expired-beside-known-signer',
      ['PGP-3', 'ECHO-4'],
      'Opens a message signed by an expired key of Google’s and an active one.',
    ],
    (codec) => ({ signers: [given(codec.keys.expired, 'google.expiredKeys'), known(codec)] }),
  ),
  opens(
    [
      'five-signatures',
      ['PGP-3', 'ECHO-4'],
      'Opens a message with five signatures of which the fourth is by a known key.',
    ],
    (codec) => {
      const stranger = strangeSigner();
      return { signers: [stranger, stranger, stranger, known(codec), stranger] };
    },
  ),
  {
    id: 'sealing/pgp-opens-unpadded-base64url',
    requirements: ['OQ-15'],
    level: 'SHOULD',
    expects: 'Opens base64url without padding.',
    codecs: ['pgp'],
    run: async (trial) =>
      expectRead(await trial.probe({ seal: (payload) => unpadded(pgpOf(trial), payload) })),
  },
  opens(
    ['trailing-line-break', ['OQ-15'], 'Opens base64url with a line break at its end.', 'SHOULD'],
    () => ({ encode: (message) => Buffer.from(`${Buffer.from(message).toString('base64url')}\n`) }),
  ),
];

/** Base64url that padding was taken from: spaces are added to the payload until there is some. */
function unpadded(codec: PgpCodec, payload: Uint8Array): Uint8Array {
  const body = Buffer.from(codec.sealAs(payload, {})).toString('latin1');
  if (body.endsWith('=')) return Buffer.from(body.replace(/=+$/, ''));
  return unpadded(codec, Buffer.concat([payload, Buffer.from(' ')]));
}

const encryption: readonly Check[] = [
  undecryptable(
    [
      'strange-recipient',
      ['PGP-5'],
      'Refuses a message encrypted to a key that it has not with 400 INVALID_PAYLOAD_ENCRYPTION.',
    ],
    () => ({ recipients: [strangeSigner()] }),
  ),
  undecryptable(
    [
      'borrowed-recipient',
      ['PGP-5'],
      'Refuses a message that bears its key id but is encrypted to another key with 400 INVALID_PAYLOAD_ENCRYPTION.',
    ],
    (codec) => ({
      recipients: codec.keys.recipients.slice(0, 1).map(({ keyId }) => ({ ...strangeSigner(), keyId })),
    }),
  ),
  undecryptable(
    [
      'signing-key-as-recipient',
      ['PGP-8', 'PGP-7'],
      'Refuses a message encrypted to its signing key with 400 INVALID_PAYLOAD_ENCRYPTION.',
      'SHOULD',
    ],
    (codec) => ({
      recipients: [given(codec.keys.signingOnly, 'an encryption subkey in integrator.publicKeys')],
    }),
  ),
  undecryptable(
    [
      'unencrypted',
      ['PGP-5', 'ENC-1'],
      'Refuses a message that is only signed with 400 INVALID_PAYLOAD_ENCRYPTION.',
    ],
    () => ({ encrypted: false }),
  ),
  undecryptable(
    ['clear-json', ['ENC-1', 'HTTP-4'], 'Refuses a body of clear JSON with 400 INVALID_PAYLOAD_ENCRYPTION.'],
    () => ({ encode: () => Buffer.from('{"sendOtpRequestId":"none","otp":"000000"}') }),
  ),
  undecryptable(
    [
      'flipped-bit',
      ['PGP-5', 'PGP-14'],
      'Refuses a message in which one bit was flipped with 400 INVALID_PAYLOAD_ENCRYPTION.',
    ],
    (_, trial) => ({ damage: flipped(trial) }),
  ),
  undecryptable(
    [
      'truncated',
      ['PGP-5', 'PGP-14'],
      'Refuses a message without its last bytes with 400 INVALID_PAYLOAD_ENCRYPTION.',
    ],
    () => ({ damage: (message) => message.subarray(0, -20) }),
  ),
  undecryptable(
    [
      'no-integrity',
      ['PGP-14'],
      'Refuses a message without a modification detection code with 400 INVALID_PAYLOAD_ENCRYPTION.',
    ],
    () => ({ integrity: false }),
  ),
  undecryptable(
    [
      'weak-cipher',
      ['PGP-10', 'PGP-15'],
      'Refuses a message encrypted with Triple DES with 400 INVALID_PAYLOAD_ENCRYPTION.',
      'SHOULD',
    ],
    () => ({ cipher: 'des-ede3' }),
  ),
  undecryptable(
    [
      'raw-binary',
      ['HTTP-4', 'PGP-6'],
      'Refuses a message that is not base64url encoded with 400 INVALID_PAYLOAD_ENCRYPTION.',
    ],
    () => ({ encode: (message) => message }),
  ),
  undecryptable(
    [
      'standard-base64',
      ['HTTP-4', 'OQ-15'],
      'Refuses base64 with + and / in place of base64url with 400 INVALID_PAYLOAD_ENCRYPTION.',
      'SHOULD',
    ],
    () => ({
      encode: (message) =>
        Buffer.from(
          Buffer.from(message)
            .toString('base64')
            .replace(/[A-Z](?=[A-Z])/, '+'),
        ),
    }),
  ),
  undecryptable(
    [
      'dotted-base64url',
      ['HTTP-4', 'OQ-15'],
      'Refuses base64url with other characters in it with 400 INVALID_PAYLOAD_ENCRYPTION.',
      'SHOULD',
    ],
    () => ({
      encode: (message) => {
        const text = Buffer.from(message).toString('base64url');
        return Buffer.from(`${text.slice(0, 40)}.*${text.slice(40)}`);
      },
    }),
  ),
];

export const pgpChecks: readonly Check[] = [...accepted, ...pgpSignatureChecks, ...encryption];
