import { publicText, secret } from '../config/references.ts';
import { Type } from '../config/setting-words.ts';
import { DAY_MS } from '../ports/clock.ts';

const moment = (description: string) =>
  Type.Optional(
    Type.String({
      pattern:
        '^20\\d\\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{3})?)?Z$',
      accepts: 'a time in UTC such as 2027-01-31T08:00:00Z',
      description,
    }),
  );

const times = {
  notBefore: moment('Not used before this time. Absent: used from its creation on.'),
  retiresAt: moment('No longer used from this time on, before it expires. Absent: used until it expires.'),
};

const algorithms = <const Name extends string>(names: readonly Name[], byDefault: readonly Name[]) =>
  Type.Array(Type.Enum([...names]), {
    default: byDefault,
    minItems: 1,
    uniqueItems: true,
    description: 'Accepted algorithms. Answers use the first one that fits the key. [JWE-2]',
  });

const ours = (description: string) => ({ minItems: 1, maxItems: 16, description });

const google = (what: string, description: string) =>
  Type.Array(Type.Object({ key: publicText({ description: what }), ...times }), {
    minItems: 1,
    maxItems: 16,
    description,
  });

const pgp = Type.Object(
  {
    ours: Type.Array(
      Type.Object({
        key: secret({ description: 'OpenPGP private key, armored, with an encryption subkey. [PGP-7]' }),
        passphrase: Type.Optional(secret({ description: 'Passphrase of the key, if it has one.' })),
        ...times,
      }),
      ours(
        'Our private keys. Requests may be encrypted to any active one. Answers are signed with all of them. [ENC-2, ENC-5]',
      ),
    ),
    google: google(
      'OpenPGP public key, armored.',
      'Google’s public keys. Requests may be signed by any active one. Answers are encrypted to all of them. [ENC-2]',
    ),
    armor: Type.Boolean({
      default: false,
      description:
        'Add ASCII armor to answers, within base64url. Requests are accepted with and without. [OQ-16]',
    }),
  },
  { description: 'OpenPGP bodies: `application/octet-stream`. Absent: refused. [HTTP-3]' },
);

const jwe = Type.Object(
  {
    seal: Type.Enum(['jwe+jws', 'jwe'], {
      default: 'jwe+jws',
      description:
        '`jwe+jws`: signed, then encrypted. `jwe`: encrypted only, so that client certificates have to authenticate the caller. [JWE-1, OQ-13]',
    }),
    ours: Type.Array(
      Type.Object({
        key: secret({ description: 'Private JWK, or JWK set, in JSON.' }),
        expiresAt: moment('When those of its keys expire that do not say so themselves (`exp`). [ENC-5]'),
        ...times,
      }),
      ours(
        'Our private keys. Requests may be encrypted to any active one. Answers are signed with the newest. [ENC-2, ENC-5]',
      ),
    ),
    google: google(
      'Public JWK, or JWK set, in JSON.',
      'Google’s public keys. Requests may be signed by any active one. Answers are encrypted to the newest. [ENC-2]',
    ),
    keyManagement: algorithms(['RSA-OAEP-256', 'RSA-OAEP'], ['RSA-OAEP-256']),
    contentEncryption: algorithms(
      ['A256GCM', 'A192GCM', 'A128GCM', 'A256CBC-HS512', 'A192CBC-HS384', 'A128CBC-HS256'],
      ['A256GCM'],
    ),
    signing: algorithms(['RS256', 'PS256', 'ES256'], ['RS256', 'PS256', 'ES256']),
    olderEdition: Type.Boolean({
      default: false,
      description:
        'Accept RSA1_5 with AES-CBC and HMAC (A128CBC-HS256, A192CBC-HS384, A256CBC-HS512) as well, for keys that name RSA1_5, and compressed requests (zip: DEF), for every key. RSA1_5 padding has a history of attacks: enable it only for a caller that supports nothing else. [JWE-3]',
    }),
    base64url: Type.Boolean({
      default: false,
      description:
        'Encode answers in base64url in addition, as some editions require. Requests are accepted either way. [HTTP-5]',
    }),
    issuedAt: Type.Boolean({
      default: false,
      description: 'Include the time of signing in the signature (`iat`). [JWE-6]',
    }),
  },
  {
    description: 'JWE bodies: `application/jose`. Absent: refused. [HTTP-5]',
    formerly: { profile: 'payload.jwe.seal, its new name' },
  },
);

/** Protections of request and response bodies; which one a request has, its content type tells. */
export const payload = Type.Object(
  {
    plain: Type.Optional(
      Type.Boolean({
        description:
          'Accept plain JSON, neither encrypted nor signed. Sandbox profile only, and the default there if nothing else under `payload` is set.',
      }),
    ),
    pgp: Type.Optional(pgp),
    jwe: Type.Optional(jwe),
    graceMs: Type.Integer({
      default: DAY_MS,
      minimum: 0,
      maximum: 30 * DAY_MS,
      unit: 'ms',
      description:
        'Grace period: how long a retired key, or an expired decryption key, is still accepted for incoming requests. [OQ-26]',
    }),
  },
  {
    sandboxDefault: { plain: true },
    description:
      'How bodies are encrypted and signed. Several formats may be enabled at once, such as during a migration. [ENC-1]',
  },
);

/** Threads that decrypt and sign. */
export const cryptography = Type.Object(
  {
    threads: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 256,
        unit: 'threads',
        description:
          'Number of threads, each of which keeps at most one core busy. Absent: as many as the machine has cores.',
      }),
    ),
  },
  {
    description: 'Threads that decrypt, verify, sign and encrypt bodies.',
    formerly: { waitingMax: 'nothing; remove it: 256 requests may wait for a thread' },
  },
);
