import type { KindRule } from '../../../config/kinds.ts';
import { publicText, secret } from '../../../config/references.ts';
import { Type } from '../../../config/setting-words.ts';
import type { ValuesOf } from '../../../config/values.ts';
import { statuses, timeoutMs } from '../foreign-settings.ts';

const attribute = (description: string) =>
  Type.String({
    pattern: '^[A-Za-z][A-Za-z0-9-]{0,63}$',
    accepts: 'the name of an attribute, such as mobile',
    description,
  });

export const settings = Type.Object(
  {
    kind: Type.Literal('ldap', {
      description:
        'An LDAP directory, which is only searched, as docs/directories.md describes; the accounts are kept there.',
    }),
    url: Type.String({
      pattern: '^ldaps?://(?:\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]{1,253})(?::[0-9]{1,5})?$',
      accepts: 'a URL such as ldaps://ldap.example.com, without a path',
      description: 'URL of the server.',
    }),
    startTls: Type.Boolean({
      default: false,
      description: 'Encrypt a connection to an ldap:// URL by StartTLS, before anything else is said.',
    }),
    tlsCa: Type.Optional(
      publicText({
        description:
          'Certificates, in PEM, of the authorities that may have issued the server’s certificate. Absent: the public authorities.',
      }),
    ),
    privateLink: Type.Boolean({
      default: false,
      description:
        'States that the connection is private, such as loopback or a VPN, so that production may omit TLS.',
    }),
    bindDn: Type.Optional(
      Type.String({
        pattern: '^[^\\u0000]{1,512}$',
        accepts: 'a distinguished name',
        description: 'Distinguished name to log in as. Absent: nobody, where the server allows that.',
      }),
    ),
    bindPassword: Type.Optional(secret({ description: 'Password of bindDn.' })),
    baseDn: Type.String({
      pattern: '^[^\\u0000]{1,512}$',
      accepts: 'a distinguished name such as ou=customers,dc=example,dc=com',
      description: 'Accounts are searched in the whole tree below it.',
    }),
    filter: Type.String({
      default: '(objectClass=*)',
      pattern: '^\\([^\\u0000]{1,1022}\\)$',
      accepts: 'a filter in parentheses, such as (objectClass=customer)',
      description: 'What an entry has to fulfil besides, to be an account.',
    }),
    attributes: Type.Object(
      {
        accountId: attribute('Your own id of the account, with one value.'),
        status: attribute('Status of the account, with one value.'),
        phoneNumber: attribute(
          'Phone number in E.164; spaces and hyphens are passed over. An entry with several values is found by each of them, and only so.',
        ),
        language: Type.Optional(
          attribute('Language of texts, as a BCP 47 tag. Absent: the default language.'),
        ),
        preferred: Type.Optional(
          attribute(
            'Of several active accounts with one number, TRUE for the one that the number alone means.',
          ),
        ),
        revision: Type.Optional(
          attribute(
            'Another number after each change of status or phone number. A code that is out then ends, although both are again what they were.',
          ),
        ),
        associationId: Type.Optional(
          attribute(
            'Association ids, with any number of values. Absent: the association ids that are known are those that this server keeps.',
          ),
        ),
      },
      { description: 'Attributes in which an account stands.' },
    ),
    statuses,
    timeoutMs,
  },
  { description: 'LDAP.' },
);

export type LdapDirectorySettings = ValuesOf<typeof settings>;

export const rules: readonly KindRule<LdapDirectorySettings>[] = [
  {
    fault: ({ bindDn, bindPassword }) =>
      (bindDn === undefined) === (bindPassword === undefined)
        ? undefined
        : 'has one of bindDn and bindPassword',
    accepted: 'both, or neither',
  },
  {
    fault: ({ url, startTls }) =>
      startTls && url.startsWith('ldaps:') ? 'has startTls with a URL that is encrypted anyway' : undefined,
    accepted: 'startTls: true with ldap://, or ldaps:// alone',
  },
  {
    fault: ({ url, startTls, privateLink }) =>
      url.startsWith('ldap:') && !startTls && !privateLink
        ? 'is reached without TLS, which shows the password and all entries on the way'
        : undefined,
    accepted:
      'in production, an ldaps:// URL or startTls: true; or privateLink: true where the way to it is private',
    inProduction: true,
  },
];

export function where({ settings: of }: { readonly settings: LdapDirectorySettings }): string {
  return `${of.url} (${of.baseDn})`;
}
