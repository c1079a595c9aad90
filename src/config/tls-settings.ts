import Type from 'typebox';
import { publicText, secret } from './references.ts';

/** How the methods are served over HTTPS. */
export const tls = Type.Object(
  {
    certificates: Type.Array(
      Type.Object({
        certificate: publicText({
          description:
            'The certificate and those between it and its root, in PEM, in that order. [TLS-3, TLS-4]',
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
        'Whether callers must show a certificate. Off where the payload is signed; required where it is not (`payload.jwe.profile: jwe`). [TLS-6, OQ-13]',
    }),
    clientCa: Type.Optional(
      publicText({
        description:
          'Certificates in PEM of those who issue client certificates. Whoever they certify is let in: never name a public authority.',
      }),
    ),
  },
  { description: 'TLS of the methods. Absent: plain HTTP, for the sandbox and behind a proxy.' },
);
