import type { KindRule } from '../../config/kinds.ts';
import { publicText, secret } from '../../config/references.ts';
import { Type } from '../../config/setting-words.ts';
import type { ValuesOf } from '../../config/values.ts';

const name = (description: string) =>
  Type.String({ pattern: '^[^\\u0000-\\u001f]{1,63}$', accepts: '1 to 63 characters', description });

/** How a database on a server is reached: members of the settings of every kind that lives in one. */
export const connection = {
  hosts: Type.Array(
    Type.String({
      pattern: '^(?:\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]{1,253})(?::[0-9]{1,5})?$',
      accepts: 'a host name or an address, with a port after a colon or without; IPv6 in brackets',
    }),
    {
      minItems: 1,
      maxItems: 16,
      description:
        'Servers of one cluster, with port or without (5432). The first that is no standby is used; when it fails, the others are asked.',
    },
  ),
  database: name('Name of the database.'),
  schema: Type.String({
    default: 'gsp_otp',
    pattern: '^[a-z_][a-z0-9_]{0,62}$',
    accepts: '1 to 63 of a-z, 0-9 and _, not beginning with a digit',
    description:
      'Schema that holds the tables. It is created if the role may do so. No reserved word of PostgreSQL, and nothing that begins with pg_.',
  }),
  user: name('Role to log in as.'),
  password: Type.Optional(
    secret({
      description:
        'Password of the role, as it is at the start. Absent: none is needed, or passwordCommand prints it.',
    }),
  ),
  passwordCommand: Type.Optional(
    Type.Array(Type.String({ pattern: '^[^\\u0000]+$', accepts: 'text without NUL' }), {
      minItems: 1,
      description:
        'Program with its arguments that prints the password, such as a token that is valid for minutes. It is run for every new connection, without a shell, for 5 s at most. For a file that changes while servers run: [cat, FILE].',
    }),
  ),
  tls: Type.Boolean({
    default: true,
    description: 'Use TLS; the certificate of the server and its name are verified.',
  }),
  tlsCa: Type.Optional(
    publicText({
      fileBytesMax: 1_048_576,
      description:
        'Certificates, in PEM, of the authorities that may have issued the server’s certificate. Absent: the public authorities.',
    }),
  ),
  privateLink: Type.Boolean({
    default: false,
    description:
      'States that the connection is private, such as loopback or a VPN, so that production may omit TLS.',
  }),
  connections: Type.Integer({
    default: 12,
    minimum: 4,
    maximum: 100,
    description: 'Maximum number of connections of this server process. Two of them look up accounts.',
  }),
} as const;

const asObject = Type.Object(connection);

export type ConnectionSettings = ValuesOf<typeof asObject>;

/** Words that PostgreSQL takes for no name unless they are quoted: those of version 18, which has all of 15. */
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
  concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from
  full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime
  localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right
  select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using
  variadic verbose when where window with`.split(/\s+/),
);

/** Whether PostgreSQL keeps a name for itself, as it stands in statements: a word, or of its own schemas. */
export function isReserved(name: string): boolean {
  return RESERVED.has(name) || name.startsWith('pg_');
}

/** Of whatever is reached so, whether or not it has a schema of ours. */
export const reachRules: readonly KindRule<Omit<ConnectionSettings, 'schema'>>[] = [
  {
    fault({ hosts }) {
      const wrong = hosts.find((host) => !isPort(/:(\d+)$/.exec(host)?.[1] ?? '5432'));
      return wrong === undefined ? undefined : `has in hosts ${wrong}, which has no such port`;
    },
    accepted: 'ports from 1 to 65535',
  },
  {
    fault: ({ password, passwordCommand }) =>
      password !== undefined && passwordCommand !== undefined
        ? 'has both password and passwordCommand'
        : undefined,
    accepted: 'one of password and passwordCommand, or neither',
  },
  {
    fault: ({ tls, tlsCa }) => (!tls && tlsCa !== undefined ? 'has tlsCa, but tls is false' : undefined),
    accepted: 'tlsCa together with tls: true',
  },
  {
    fault: ({ tls, privateLink }) =>
      tls || privateLink ? undefined : 'is reached without TLS, which shows all rows on the way',
    accepted: 'in production, tls: true; or privateLink: true where the way to it is private',
    inProduction: true,
  },
];

export const connectionRules: readonly KindRule<ConnectionSettings>[] = [
  ...reachRules,
  {
    fault: ({ schema }) =>
      isReserved(schema) ? `has the schema ${schema}, a name that PostgreSQL keeps for itself` : undefined,
    accepted: 'a name that does not begin with pg_ and is no reserved word of PostgreSQL, such as gsp_otp',
  },
];

function isPort(digits: string): boolean {
  return Number(digits) >= 1 && Number(digits) <= 65_535;
}

/** Such as `postgres://db-1,db-2:5433/bank (schema gsp_otp)`; of a `part` of it, `(schema gsp_otp, accounts)`. */
export function whereOf({ hosts, database, schema }: ConnectionSettings, part?: string): string {
  const place = part === undefined ? schema : `${schema}, ${part}`;
  return `postgres://${hosts.join(',')}/${database} (schema ${place})`;
}
