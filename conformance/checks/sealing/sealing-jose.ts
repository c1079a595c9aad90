import { createPublicKey } from 'node:crypto';
import type { Answer } from '../../google/answer.ts';
import type { CodecName } from '../../google/codecs/codec.ts';
import { JoseCodec, type JoseSealing } from '../../google/codecs/jose.ts';
import { type JoseKey, strangeKey } from '../../google/codecs/jose-keys.ts';
import type { Check } from '../check.ts';
import { expectError, expectRead } from '../expectations.ts';
import type { Trial } from '../trial.ts';
import { NotTested } from '../verdicts.ts';

export function joseOf(trial: Trial): JoseCodec {
  const { codec } = trial.google.world;
  if (codec instanceof JoseCodec) return codec;
  throw new NotTested('needs the codec jwe or jwe+jws');
}

type Sealing = (codec: JoseCodec, trial: Trial) => JoseSealing;
type Meaning = readonly [
  name: string,
  requirements: readonly string[],
  expects: string,
  level?: Check['level'],
];

const both: readonly CodecName[] = ['jwe', 'jwe+jws'];
const signedOnly: readonly CodecName[] = ['jwe+jws'];

const probe = (trial: Trial, sealing: Sealing): Promise<Answer> => {
  const codec = joseOf(trial);
  return trial.probe({ seal: (payload) => codec.sealAs(payload, sealing(codec, trial)) });
};

function opens(
  codecs: readonly CodecName[],
  [name, requirements, expects, level = 'MUST']: Meaning,
  sealing: Sealing,
): Check {
  const run = async (trial: Trial) => expectRead(await probe(trial, sealing));
  return { id: `sealing/jose-opens-${name}`, requirements, level, expects, codecs, run };
}

function undecryptable([name, requirements, expects, level = 'MUST']: Meaning, sealing: Sealing): Check {
  const run = async (trial: Trial) =>
    expectError(await probe(trial, sealing), 400, 'INVALID_PAYLOAD_ENCRYPTION');
  return { id: `sealing/jose-refuses-${name}`, requirements, level, expects, codecs: both, run };
}

function wronglySigned([name, requirements, expects, level = 'MUST']: Meaning, sealing: Sealing): Check {
  const run = async (trial: Trial) =>
    expectError(await probe(trial, sealing), 401, 'INVALID_PAYLOAD_SIGNATURE');
  return { id: `sealing/jose-refuses-${name}`, requirements, level, expects, codecs: signedOnly, run };
}

function given<T>(value: T | undefined, setting: string): T {
  if (value === undefined) throw new NotTested(`needs ${setting}`);
  return value;
}

const byKey = ({ kid, key }: JoseKey): JoseSealing => ({ jwsHeader: { kid }, signer: key });
const toKey = ({ kid, key }: JoseKey): JoseSealing => ({ jweHeader: { kid }, recipient: key });

/** Changes one character of one of the parts of a compact form. */
function changed(trial: Trial, part: number): (message: string) => string {
  return (message) => {
    const parts = message.split('.');
    const text = parts[part] ?? '';
    // Not the last character: some of its bits say nothing.
    const at = trial.world.random.below(text.length - 1);
    parts[part] = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
    return parts.join('.');
  };
}

const accepted: readonly Check[] = [
  opens(
    both,
    ['standard', ['JWE-1', 'JWE-2', 'ENC-1'], 'Opens a message in the agreed algorithms.'],
    () => ({}),
  ),
  opens(
    both,
    ['second-key', ['JWE-4', 'ENC-2'], 'Opens a message encrypted to the second of its keys.'],
    ({ keys }) => toKey(given(keys.recipients[1], 'a second key with use enc in integrator.publicKeys')),
  ),
  opens(
    signedOnly,
    ['second-signer', ['JWE-4', 'ENC-2'], 'Opens a message signed by the second of Google’s keys.'],
    ({ keys }) => byKey(given(keys.signing[1], 'a second key with use sig in google.privateKeys')),
  ),
  opens(both, ['compressed', ['JWE-3'], 'Opens a message compressed with zip DEF.', 'SHOULD'], () => ({
    jweHeader: { zip: 'DEF' },
  })),
  opens(
    signedOnly,
    ['issued-at', ['JWE-6'], 'Opens a message whose JWS header tells its time in iat.', 'SHOULD'],
    () => ({ jwsHeader: { iat: Math.floor(Date.now() / 1000) } }),
  ),
];

const encryption: readonly Check[] = [
  undecryptable(
    [
      'unknown-key-id',
      ['JWE-5', 'PGP-5'],
      'Refuses a JWE with an unknown kid with 400 INVALID_PAYLOAD_ENCRYPTION.',
    ],
    () => {
      const { kid, publicKey } = strangeKey();
      return { jweHeader: { kid }, recipient: publicKey };
    },
  ),
  undecryptable(
    [
      'borrowed-key-id',
      ['JWE-5'],
      'Refuses a JWE that bears its kid but is encrypted to another key with 400 INVALID_PAYLOAD_ENCRYPTION.',
    ],
    () => ({ recipient: strangeKey().publicKey }),
  ),
  undecryptable(
    [
      'changed-ciphertext',
      ['ENC-1', 'JWE-5'],
      'Refuses a JWE whose ciphertext was changed with 400 INVALID_PAYLOAD_ENCRYPTION.',
    ],
    (_, trial) => ({ damage: changed(trial, 3) }),
  ),
  undecryptable(
    [
      'changed-tag',
      ['ENC-1', 'JWE-5'],
      'Refuses a JWE whose tag was changed with 400 INVALID_PAYLOAD_ENCRYPTION.',
    ],
    (_, trial) => ({ damage: changed(trial, 4) }),
  ),
  undecryptable(
    [
      'changed-key',
      ['ENC-1', 'JWE-5'],
      'Refuses a JWE whose encrypted key was changed with 400 INVALID_PAYLOAD_ENCRYPTION.',
    ],
    (_, trial) => ({ damage: changed(trial, 1) }),
  ),
  undecryptable(
    ['four-parts', ['JWE-1', 'JWE-5'], 'Refuses a JWE without its tag with 400 INVALID_PAYLOAD_ENCRYPTION.'],
    () => ({ damage: (message) => message.split('.').slice(0, 4).join('.') }),
  ),
  undecryptable(
    ['clear-json', ['ENC-1'], 'Refuses a body of clear JSON with 400 INVALID_PAYLOAD_ENCRYPTION.'],
    () => ({ damage: () => '{"sendOtpRequestId":"none","otp":"000000"}' }),
  ),
  undecryptable(
    [
      'rsa1-5',
      ['JWE-2', 'JWE-3'],
      'Refuses the old key management RSA1_5 with 400 INVALID_PAYLOAD_ENCRYPTION.',
      'SHOULD',
    ],
    () => ({ jweHeader: { alg: 'RSA1_5' } }),
  ),
  undecryptable(
    [
      'password-based-key',
      ['JWE-2'],
      'Refuses key management by password with 400 INVALID_PAYLOAD_ENCRYPTION.',
    ],
    () => ({ jweHeader: { alg: 'PBES2-HS256+A128KW', p2s: 'c2FsdHNhbHRzYWx0', p2c: 2_000_000 } }),
  ),
  undecryptable(
    [
      'unknown-critical-header',
      ['JWE-2'],
      'Refuses a JWE that demands an extension nobody knows with 400 INVALID_PAYLOAD_ENCRYPTION.',
      'SHOULD',
    ],
    () => ({ jweHeader: { crit: ['newInSomeVersion'], newInSomeVersion: true } }),
  ),
  {
    id: 'sealing/jose-refuses-unencrypted',
    requirements: ['ENC-1', 'JWE-1'],
    level: 'MUST',
    expects: 'Refuses a JWS that is not encrypted with 400 INVALID_PAYLOAD_ENCRYPTION.',
    codecs: signedOnly,
    run: async (trial) =>
      expectError(await probe(trial, () => ({ encrypted: false })), 400, 'INVALID_PAYLOAD_ENCRYPTION'),
  },
];

const signatures: readonly Check[] = [
  wronglySigned(
    ['unsigned', ['JWE-1', 'JWE-5'], 'Refuses a JWE without a JWS in it with 401 INVALID_PAYLOAD_SIGNATURE.'],
    () => ({ signed: false }),
  ),
  wronglySigned(
    ['unknown-signer', ['JWE-5'], 'Refuses a JWS with an unknown kid with 401 INVALID_PAYLOAD_SIGNATURE.'],
    () => {
      const { kid, privateKey } = strangeKey();
      return { jwsHeader: { kid }, signer: privateKey };
    },
  ),
  wronglySigned(
    [
      'borrowed-signer',
      ['JWE-5'],
      'Refuses a JWS that bears a known kid but is made with another key with 401 INVALID_PAYLOAD_SIGNATURE.',
    ],
    () => ({ signer: strangeKey().privateKey }),
  ),
  wronglySigned(
    [
      'retired-signer',
      ['JWE-5', 'ENC-2'],
      'Refuses a JWS by an expired or revoked key of Google’s with 401 INVALID_PAYLOAD_SIGNATURE.',
    ],
    ({ keys }) => byKey(given(keys.retired, 'google.expiredKeys or google.revokedKeys')),
  ),
  wronglySigned(
    [
      'changed-payload',
      ['JWE-5'],
      'Refuses a JWS whose payload was changed with 401 INVALID_PAYLOAD_SIGNATURE.',
    ],
    (_, trial) => ({
      changeJws: (jws) => {
        const [header = '', payload = '', signature = ''] = jws.split('.');
        const otp = String(100_000 + trial.world.random.below(900_000));
        const json = Buffer.from(payload, 'base64url').toString().replace('"otp":"000000"', `"otp":"${otp}"`);
        return [header, Buffer.from(json).toString('base64url'), signature].join('.');
      },
    }),
  ),
  wronglySigned(
    [
      'algorithm-none',
      ['JWE-2'],
      'Refuses a JWS with the algorithm none with 401 INVALID_PAYLOAD_SIGNATURE.',
    ],
    () => ({ jwsHeader: { alg: 'none' }, signer: 'none' }),
  ),
  wronglySigned(
    [
      'empty-signature',
      ['JWE-5'],
      'Refuses a JWS with an empty signature with 401 INVALID_PAYLOAD_SIGNATURE.',
    ],
    () => ({ signer: 'none' }),
  ),
  wronglySigned(
    [
      'hmac-with-public-key',
      ['JWE-2'],
      'Refuses a JWS made with Google’s public key as an HMAC secret with 401 INVALID_PAYLOAD_SIGNATURE.',
    ],
    ({ keys }) => {
      const { key } = given(keys.signing[0], 'a key with use sig in google.privateKeys');
      return { jwsHeader: { alg: 'HS256' }, signer: createPublicKey(key) };
    },
  ),
  wronglySigned(
    [
      'key-in-header',
      ['JWE-2', 'JWE-5'],
      'Refuses a JWS by a key that it brings along in its header with 401 INVALID_PAYLOAD_SIGNATURE.',
    ],
    () => {
      const { publicKey, privateKey } = strangeKey();
      return { jwsHeader: { jwk: publicKey.export({ format: 'jwk' }) }, signer: privateKey };
    },
  ),
];

export const joseChecks: readonly Check[] = [...accepted, ...encryption, ...signatures];
