import type { KindRule } from '../../config/kinds.ts';
import { publicText, secret } from '../../config/references.ts';
import { Type } from '../../config/setting-words.ts';
import type { LinkSettings } from './link.ts';

/*
 * How a service over HTTP is reached: the same for every kind of gateway, and for a directory.
 */

export const serviceUrl = {
  pattern: '^https?://[A-Za-z0-9.:\\[\\]-]+(/[^\\s/?#]+)*$',
  accepts: 'a URL such as https://api.example.com, without a slash at its end; https in production',
};

const proxyUrl = {
  pattern: '^http://([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?$',
  accepts: 'http://, host and port, such as http://proxy.bank.example:3128; user and password beside it',
};

const proxyTo = (service: string) =>
  Type.Object(
    {
      url: Type.String({
        ...proxyUrl,
        description: 'URL of the proxy. Traffic through it is still encrypted end to end.',
      }),
      user: Type.Optional(
        Type.String({
          pattern: '^[\\x21-\\x39\\x3b-\\x7e]{1,128}$',
          accepts: 'a user name without colon',
          description: 'User name. Absent: the proxy needs none.',
        }),
      ),
      password: Type.Optional(secret({ description: 'Password of that user.' })),
    },
    {
      description: `The proxy to the ${service}, used by CONNECT. Absent: none, whatever HTTPS_PROXY and similar variables say.`,
    },
  );

/** Settings of the link to a `service`, such as `gateway`. */
export const linkTo = (service: string) => ({
  tlsCa: Type.Optional(
    publicText({
      description: `Certificates, in PEM, of the authorities that may have issued the ${service}’s certificate. Absent: the public authorities, and those of NODE_EXTRA_CA_CERTS.`,
    }),
  ),
  clientCertificate: Type.Optional(
    Type.Object(
      {
        certificate: publicText({
          description: 'The certificate and its intermediate certificates, in PEM.',
        }),
        key: secret({ description: 'Its private key in PEM.' }),
        passphrase: Type.Optional(secret({ description: 'Passphrase of the private key, if it has one.' })),
      },
      { description: `The client certificate that is presented to the ${service}. Absent: none.` },
    ),
  ),
  proxy: Type.Optional(proxyTo(service)),
  privateLink: Type.Boolean({
    default: false,
    description:
      'States that the connection is private, such as in a service mesh, so that production may omit TLS.',
  }),
});

/** A proxy is told both or neither. */
export const proxyLogin: KindRule<Pick<LinkSettings, 'proxy'>> = {
  fault: ({ proxy: asked }) =>
    (asked?.user === undefined) === (asked?.password === undefined)
      ? undefined
      : 'has a proxy with a user and no password, or the other way round',
  accepted: 'proxy.user and proxy.password, or neither',
};
