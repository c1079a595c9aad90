import { publicText, secret } from '../../../config/references.ts';
import { Type } from '../../../config/setting-words.ts';
import type { GatewayRule } from './gateway-kind.ts';
import type { LinkSettings } from './gateway-link.ts';

/*
 * How a gateway over HTTP is reached: the same for every kind.
 */

const proxy = Type.Object(
  {
    url: Type.String({
      pattern: '^http://([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?$',
      accepts: 'http://, host and port, such as http://proxy.bank.example:3128; user and password beside it',
      description: 'Where it is. What goes through it is encrypted from end to end all the same.',
    }),
    user: Type.Optional(
      Type.String({
        pattern: '^[\\x21-\\x39\\x3b-\\x7e]{1,128}$',
        accepts: 'a user name without colon',
        description: 'User name. Absent: it wants none.',
      }),
    ),
    password: Type.Optional(secret({ description: 'Password of that user.' })),
  },
  {
    description:
      'The proxy that leads to the gateway, asked by CONNECT. Absent: none, whatever HTTPS_PROXY and the like say.',
  },
);

export const link = {
  tlsCa: Type.Optional(
    publicText({
      description:
        'Certificates in PEM of those who may have issued its certificate. Absent: the public authorities, and those of NODE_EXTRA_CA_CERTS.',
    }),
  ),
  clientCertificate: Type.Optional(
    Type.Object(
      {
        certificate: publicText({
          description: 'The certificate and those between it and its root, in PEM.',
        }),
        key: secret({ description: 'Its private key in PEM.' }),
        passphrase: Type.Optional(secret({ description: 'Passphrase of the private key, if it has one.' })),
      },
      { description: 'The certificate that it is shown. Absent: none.' },
    ),
  ),
  proxy: Type.Optional(proxy),
  privateLink: Type.Boolean({
    default: false,
    description: 'The way to it is private, such as a mesh, so that production may do without TLS.',
  }),
};

/** A proxy is told both or neither. */
export const proxyLogin: GatewayRule<Pick<LinkSettings, 'proxy'>> = {
  fault: ({ proxy: asked }) =>
    (asked?.user === undefined) === (asked?.password === undefined)
      ? undefined
      : 'has a proxy with a user and no password, or the other way round',
  accepted: 'proxy.user and proxy.password, or neither',
};
