import type { KindRule } from '../../../config/kinds.ts';
import { secret } from '../../../config/references.ts';
import { Type } from '../../../config/setting-words.ts';
import type { ValuesOf } from '../../../config/values.ts';
import { linkTo, proxyLogin, serviceUrl } from '../../http-client/link-settings.ts';

export const settings = Type.Object(
  {
    kind: Type.Literal('http', {
      description:
        'A service of your own, asked over HTTP as docs/directories.md describes; the accounts are kept there.',
    }),
    url: Type.String({
      ...serviceUrl,
      description: 'URL of the service. Questions go to `/lookup` under it.',
    }),
    bearerToken: Type.Optional(
      secret({ minLength: 16, description: 'Token that is sent as `Authorization: Bearer`. Absent: none.' }),
    ),
    signingKey: Type.Optional(
      secret({
        minLength: 38,
        description:
          'Key that signs each request, as Standard Webhooks has it: `whsec_` and 24 to 64 random bytes in base64. Absent: requests are not signed.',
      }),
    ),
    timeoutMs: Type.Integer({
      default: 1000,
      minimum: 50,
      maximum: 4900,
      unit: 'ms',
      description:
        'How long an answer is waited for, a second try included, and never beyond requests.budgetMs. What it leaves of that is for the gateway.',
    }),
    connections: Type.Integer({
      default: 16,
      minimum: 1,
      maximum: 256,
      unit: 'connections',
      description: 'Maximum number of connections, and so of questions at a time. Further questions wait.',
    }),
    ownsAssociations: Type.Boolean({
      default: false,
      description:
        'States that the service keeps association ids itself, and is to be told of new ones at `/associate` and `/dissociate`.',
    }),
    ...linkTo('directory'),
  },
  { description: 'HTTP.' },
);

export type HttpDirectorySettings = ValuesOf<typeof settings>;

export const rules: readonly KindRule<HttpDirectorySettings>[] = [
  proxyLogin,
  {
    // RFC 6750, 2.1
    fault: ({ bearerToken }) =>
      bearerToken === undefined || /^[A-Za-z0-9._~+/-]+=*$/.test(bearerToken.reveal())
        ? undefined
        : 'has a bearerToken with characters that no such token has',
    accepted: 'letters, digits and - . _ ~ + /, and = at the end',
  },
  {
    fault: ({ signingKey }) =>
      signingKey === undefined || signingKeyOf(signingKey.reveal()) !== undefined
        ? undefined
        : 'has a signingKey that is none',
    accepted: 'whsec_ and 24 to 64 bytes in base64: echo "whsec_$(openssl rand -base64 32)"',
  },
  {
    fault: ({ url, privateLink }) =>
      /^http:/i.test(url) && !privateLink
        ? 'is asked over plain HTTP, which shows every phone number and the credentials on the way'
        : undefined,
    accepted:
      'in production, a URL that begins with https://; or privateLink: true where the way to it is private, such as a mesh',
    inProduction: true,
  },
  {
    fault: ({ bearerToken, signingKey, clientCertificate, privateLink }) =>
      (bearerToken ?? signingKey ?? clientCertificate) === undefined && !privateLink
        ? 'is asked without any credentials, so whoever reaches it can ask for customers'
        : undefined,
    accepted: 'in production, bearerToken, signingKey or clientCertificate; or privateLink: true',
    inProduction: true,
  },
];

/** The bytes of a key as Standard Webhooks writes it. `undefined`: it is none. */
export function signingKeyOf(text: string): Buffer | undefined {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  if (base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  const isWhole = bytes.toString('base64').replace(/=+$/, '') === base64.replace(/=+$/, '');
  return isWhole && bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined;
}

export function where({ settings: { url } }: { readonly settings: HttpDirectorySettings }): string {
  return url;
}
