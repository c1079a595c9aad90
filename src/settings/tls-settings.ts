import { publicText, secret } from '../config/references.ts';
import { Type } from '../config/setting-words.ts';

/** How somebody writes whose client certificate is meant. */
export const clientName = {
  pattern: '^(([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}|[^=]{1,64}=.{1,512})$',
  accepts:
    'a SHA-256 fingerprint in hexadecimal, or a whole subject such as C=US, O=Example, CN=caller with \\, for a comma within a value',
};

const members = {
  certificates: Type.Array(
    Type.Object({
      certificate: publicText({
        description:
          'The certificate and its intermediate certificates, in PEM, in that order. [TLS-3, TLS-4]',
      }),
      key: secret({ description: 'Its private key in PEM.' }),
      passphrase: Type.Optional(secret({ description: 'Passphrase of the private key, if it has one.' })),
    }),
    {
      minItems: 1,
      maxItems: 2,
      description: 'The server certificate; or two, one with an RSA key and one with an ECDSA key.',
    },
  ),
  tls13: Type.Boolean({
    default: false,
    description: 'Offer TLS 1.3 beside TLS 1.2, once Google has agreed to it. [OQ-3]',
  }),
  clientCertificates: Type.Enum(['off', 'required'], {
    default: 'off',
    description:
      'Whether callers must present a client certificate: off if bodies are signed, required if they are not (`payload.jwe.seal: jwe`). [TLS-6, OQ-13]',
  }),
  clientCa: Type.Optional(
    publicText({
      fileBytesMax: 1_048_576,
      description:
        'Certificates, in PEM, of the authorities that issue client certificates. Whoever they certify may call, so never name a public authority.',
    }),
  ),
  clientCrl: Type.Optional(
    Type.Array(
      publicText({
        derLabel: 'X509 CRL',
        fileBytesMax: 1_048_576,
        description: 'One or more lists in PEM, or a file in DER.',
      }),
      {
        minItems: 1,
        maxItems: 16,
        description:
          'Revocation lists of the authorities that issue client certificates: one for each authority in `clientCa`, because nobody whom an authority without a list certified may call. Absent: nothing is revoked.',
      },
    ),
  ),
  allowedClients: Type.Optional(
    Type.Array(
      Type.String({
        ...clientName,
        description: 'A certificate, or its subject, from either end (RFC 2253, RFC 4514).',
      }),
      {
        minItems: 1,
        maxItems: 256,
        description:
          'Which of the clients that `clientCa` certifies may call, by SHA-256 fingerprint or subject. Others are answered 403. Absent: all. [OQ-65]',
      },
    ),
  ),
};

/** How one listener is served over HTTPS; `description` says which, and what its absence means. */
export const tlsOf = (description: string) => Type.Object(members, { description });
