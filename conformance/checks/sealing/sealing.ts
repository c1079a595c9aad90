import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Answer } from '../../google/answer.ts';
import type { CodecName } from '../../google/codecs/codec.ts';
import { SealingFault } from '../../google/codecs/codec.ts';
import { PgpCodec } from '../../google/codecs/pgp.ts';
import type { Check } from '../check.ts';
import { everyAnswer } from '../envelope/every-answer.ts';
import type { Trial } from '../trial.ts';
import { EndpointFault, must, NotTested } from '../verdicts.ts';
import { pgpOf } from './pgp-probe.ts';
import { joseChecks, joseOf } from './sealing-jose.ts';
import { pgpChecks } from './sealing-pgp.ts';

const sealed: readonly CodecName[] = ['pgp', 'jwe', 'jwe+jws'];
const jose: readonly CodecName[] = ['jwe', 'jwe+jws'];

async function inspected<T>(trial: Trial, inspect: (body: Uint8Array) => Promise<T>): Promise<T> {
  const { http }: Answer = await trial.declined();
  must(http.status === 200, `the answer was ${http.status}`);
  try {
    return await inspect(http.body);
  } catch (cause) {
    if (cause instanceof SealingFault) throw new EndpointFault(cause.message);
    throw cause;
  }
}

const answers: readonly Check[] = [
  {
    id: 'sealing/every-answer-is-sealed',
    requirements: ['ENC-1', 'HTTP-4', 'OQ-7'],
    level: 'MUST',
    expects: 'Encrypts every body to Google’s key and signs it, the errors too.',
    codecs: sealed,
    phase: 'verdict',
    run: async (trial) =>
      everyAnswer(trial, ({ http, payload, problem }) =>
        payload === undefined && http.body.byteLength > 0
          ? `an answer ${http.status}: ${problem}`
          : undefined,
      ),
  },
  {
    id: 'sealing/every-answer-has-its-content-type',
    requirements: ['HTTP-3', 'HTTP-5'],
    level: 'MUST',
    expects: 'Names the media type of the codec in the Content-Type of every answer that has a body.',
    phase: 'verdict',
    run: async (trial) => {
      const wanted = mediaType(trial.google.world.codec.contentType);
      everyAnswer(trial, ({ http }) => {
        const given = http.headers['content-type'] ?? '';
        return http.body.byteLength === 0 || mediaType(given) === wanted
          ? undefined
          : `an answer of type ${given}`;
      });
    },
  },
  {
    id: 'sealing/payloads-are-sealed',
    requirements: ['ENC-1'],
    level: 'MUST',
    expects: 'Takes and gives sealed payloads only.',
    codecs: ['plain'],
    run: async () => {
      throw new NotTested('the codec is plain: give codec, google.privateKeys and integrator.publicKeys');
    },
  },
  {
    id: 'sealing/pgp-answer-hash',
    requirements: ['PGP-9'],
    level: 'MUST',
    expects: 'Signs answers with SHA-384, or SHA-512, and not with a weak hash beside it.',
    codecs: ['pgp'],
    run: async (trial) => {
      const { hashes } = await inspected(trial, (body) => pgpOf(trial).inspect(body));
      const weak = hashes.find((hash) => hash !== 'sha384' && hash !== 'sha512');
      must(weak === undefined, `an answer is signed with ${weak}`);
    },
  },
  {
    id: 'sealing/pgp-answer-cipher',
    requirements: ['PGP-10'],
    level: 'MUST',
    expects: 'Encrypts answers with AES-256.',
    codecs: ['pgp'],
    run: async (trial) => {
      const { cipher } = await inspected(trial, (body) => pgpOf(trial).inspect(body));
      must(cipher === 'aes256', `an answer is encrypted with ${cipher ?? 'an unknown cipher'}`);
    },
  },
  {
    id: 'sealing/pgp-answer-integrity',
    requirements: ['PGP-14'],
    level: 'MUST',
    expects: 'Protects the integrity of encrypted answers.',
    codecs: ['pgp'],
    run: async (trial) => {
      const { integrity } = await inspected(trial, (body) => pgpOf(trial).inspect(body));
      must(integrity, 'an answer has no modification detection code');
    },
  },
  {
    id: 'sealing/pgp-answer-padding',
    requirements: ['OQ-15'],
    level: 'SHOULD',
    expects: 'Pads the base64url of answers and breaks no lines.',
    codecs: ['pgp'],
    run: async (trial) => {
      const { body } = (await trial.declined()).http;
      const text = Buffer.from(body).toString('latin1');
      must(!/[\r\n]/.test(text), 'there is a line break in the base64url');
      must(text.length % 4 === 0, 'the base64url is not padded');
    },
  },
  {
    id: 'sealing/jose-answer-algorithms',
    requirements: ['JWE-2'],
    level: 'MUST',
    expects:
      'Seals answers with RSA-OAEP and authenticated encryption, and signs them with an asymmetric key.',
    codecs: jose,
    run: async (trial) => {
      const { jweHeader, jwsHeader } = await inspected(trial, (body) => joseOf(trial).inspect(body));
      must(/^RSA-OAEP(-256)?$/.test(String(jweHeader.alg)), `an answer is sealed with ${jweHeader.alg}`);
      if (jwsHeader !== undefined)
        must(/^(RS|PS|ES)\d+$/.test(String(jwsHeader.alg)), `signed with ${jwsHeader.alg}`);
    },
  },
  {
    id: 'sealing/jose-answer-key-ids',
    requirements: ['JWE-6'],
    level: 'SHOULD',
    expects: 'Names the key in the kid of both headers of answers.',
    codecs: jose,
    run: async (trial) => {
      const { jweHeader, jwsHeader } = await inspected(trial, (body) => joseOf(trial).inspect(body));
      must(jweHeader.kid !== undefined, 'the JWE header has no kid');
      must(jwsHeader === undefined || jwsHeader.kid !== undefined, 'the JWS header has no kid');
    },
  },
];

function mediaType(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase();
}

const rsaBits = (key: KeyObject) =>
  (key.asymmetricKeyType === 'rsa' ? key.asymmetricKeyDetails?.modulusLength : 0) ?? 0;
const twoYearsMs = 2 * 366 * 24 * 3_600_000;

/** What the integrator's public keys say of themselves. */
const keys: readonly Check[] = [
  {
    id: 'sealing/keys-are-strong',
    requirements: ['ENC-5'],
    level: 'MUST',
    expects: 'Has RSA keys of at least 2048 bits.',
    codecs: sealed,
    run: async (trial) => {
      const { codec } = trial.google.world;
      const recipients =
        codec instanceof PgpCodec
          ? codec.keys.recipients.map(({ publicKey }) => publicKey)
          : joseOf(trial).keys.recipients.map(({ key }) =>
              createPublicKey({ key: key.export({ format: 'jwk' }), format: 'jwk' }),
            );
      const least = Math.min(...recipients.map(rsaBits));
      must(least >= 2048, `an encryption key of the integrator has ${least} RSA bits`);
    },
  },
  {
    id: 'sealing/pgp-keys-expire',
    requirements: ['ENC-5'],
    level: 'MUST',
    expects: 'Has keys that expire within two years of their making.',
    codecs: ['pgp'],
    run: async (trial) => {
      for (const key of pgpOf(trial).keys.verification) {
        const expires = await key.getExpirationTime();
        must(expires instanceof Date, 'a key of the integrator never expires');
        const livesMs = expires.getTime() - key.getCreationTime().getTime();
        must(
          livesMs <= twoYearsMs,
          `a key of the integrator lives for ${Math.round(livesMs / 86_400_000)} days`,
        );
      }
    },
  },
  {
    id: 'sealing/pgp-keys-have-encryption-subkey',
    requirements: ['PGP-7'],
    level: 'MUST',
    expects: 'Has public keys whose encryption key is a subkey, to be exchanged by itself.',
    codecs: ['pgp'],
    run: async (trial) => {
      for (const key of pgpOf(trial).keys.verification) {
        const encryption = await key.getEncryptionKey();
        must(
          encryption.getKeyID().toHex() !== key.getKeyID().toHex(),
          'the primary key is the encryption key',
        );
      }
    },
  },
];

const uniform: Check = {
  id: 'sealing/one-error-for-what-cannot-be-opened',
  requirements: ['ERR-7', 'OQ-7'],
  level: 'SHOULD',
  expects: 'Gives the same error for every kind of body that it can’t open.',
  codecs: sealed,
  run: async (trial) => {
    const bodies = ['AAAA', 'no-such-thing', '{"clear":"json"}'];
    const told = new Set<string>();
    for (const body of bodies) {
      const { http, message } = await trial.probe({ seal: () => Buffer.from(body) });
      told.add(`${http.status} ${String(message?.errorResponseCode)} ${String(message?.errorDescription)}`);
    }
    must(told.size === 1, `there are ${told.size} errors: ${[...told].join('; ')}`);
  },
};

/** Encryption and signatures of payloads, in both directions. */
export const sealingChecks: readonly Check[] = [...pgpChecks, ...joseChecks, ...answers, ...keys, uniform];
