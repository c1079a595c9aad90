import Type from 'typebox';
import { publicText, secret } from './references.ts';

const moment = (description: string) =>
  Type.Optional(
    Type.String({
      pattern:
        '^20\\d\\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{3})?)?Z$',
      accepts: 'a moment in UTC such as 2027-01-31T08:00:00Z',
      description,
    }),
  );

const times = {
  notBefore: moment('Not used before; absent: from its creation on.'),
  retiresAt: moment('Taken out of use then, ahead of its expiry; absent: when it expires.'),
};

const ours = (what: string) =>
  Type.Array(
    Type.Object({
      key: secret({ description: what }),
      passphrase: Type.Optional(secret({ description: 'Passphrase of the key, if it has one.' })),
      ...times,
    }),
    {
      minItems: 1,
      maxItems: 16,
      description:
        'Private keys of ours: all that are active open and sign, so a new one is put beside the old one. [ENC-2, ENC-5]',
    },
  );

const google = (what: string) =>
  Type.Array(Type.Object({ key: publicText({ description: what }), ...times }), {
    minItems: 1,
    maxItems: 16,
    description:
      'Public keys of Google: a signature by any active one counts, answers are encrypted to all. [ENC-2]',
  });

const pgp = Type.Object(
  {
    ours: ours('OpenPGP private key, armored, with an encryption subkey. [PGP-7]'),
    google: google('OpenPGP public key, armored.'),
    armor: Type.Boolean({
      default: false,
      description: 'Armor answers within base64url. Requests are read either way. [OQ-16]',
    }),
  },
  { description: 'OpenPGP bodies: `application/octet-stream`. Absent: not opened. [HTTP-3]' },
);

/** Protections of request and response bodies; which one a request has, its content type tells. */
export const payload = Type.Object(
  {
    plain: Type.Optional(
      Type.Boolean({
        description:
          'Take clear JSON, neither encrypted nor signed; sandbox profile only, and the default there if nothing else under `payload` is set.',
      }),
    ),
    pgp: Type.Optional(pgp),
    graceMs: Type.Integer({
      default: 86_400_000,
      minimum: 0,
      maximum: 30 * 86_400_000,
      unit: 'ms',
      description:
        'A key that has retired, or a decryption key that has expired, is still good on receipt for so long. [OQ-26]',
    }),
  },
  {
    sandboxDefault: { plain: true },
    description:
      'How bodies are encrypted and signed. Several kinds may be on at once, such as during a migration. [ENC-1]',
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
        description: 'So many at once. Absent: one less than the machine has cores, and at least one.',
      }),
    ),
    waitingMax: Type.Integer({
      default: 256,
      minimum: 0,
      maximum: 65_536,
      unit: 'requests',
      description: 'Requests that may wait for a thread; further ones are answered 503, with nothing done.',
    }),
  },
  { description: 'Threads that open and seal bodies.' },
);
