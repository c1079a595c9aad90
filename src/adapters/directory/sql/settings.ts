import type { KindRule } from '../../../config/kinds.ts';
import { Type } from '../../../config/setting-words.ts';
import type { ValuesOf } from '../../../config/values.ts';
import { connection, reachRules } from '../../postgres/connection-settings.ts';
import { statuses, timeoutMs } from '../foreign-settings.ts';

const { schema: _, ...reach } = connection;

const query = (key: string, more: string) =>
  Type.String({
    pattern: '^\\s*(?:[Ss][Ee][Ll][Ee][Cc][Tt]|[Ww][Ii][Tt][Hh])\\b[^;\\u0000]*$',
    accepts: 'one SELECT, or WITH … SELECT, without a semicolon',
    description: `Finds accounts by ${key}, the only parameter: $1 on PostgreSQL, ? on MySQL and MariaDB. ${more}`,
  });

export const settings = Type.Object(
  {
    kind: Type.Literal('sql', {
      description:
        'Tables or views of your own on PostgreSQL, MySQL or MariaDB, which are only read, as docs/directories.md describes; the accounts are kept there.',
    }),
    engine: Type.Enum(['postgres', 'mysql'], { description: 'postgres, or mysql for MySQL and MariaDB.' }),
    ...reach,
    hosts: Type.Array(reach.hosts.items, {
      minItems: 1,
      maxItems: 16,
      description:
        'Servers with the same accounts, with port or without (5432 on PostgreSQL, 3306 on MySQL). The first that answers is used; when it fails, the next. Standbys and replicas will do.',
    }),
    connections: Type.Integer({
      default: 8,
      minimum: 1,
      maximum: 100,
      description: 'Maximum number of connections of this server process. Further look-ups wait.',
    }),
    timeoutMs,
    byPhoneNumber: query(
      'a phone number in E.164',
      'It yields account_id, status and phone_number, and may yield language, preferred and revision.',
    ),
    byAssociationId: Type.Optional(
      query(
        'an association id',
        'It yields association_id as well. Absent: the association ids that are known are those that this server keeps.',
      ),
    ),
    byAccountId: query('an account id', 'It yields the same as byPhoneNumber.'),
    statuses,
  },
  { description: 'SQL.' },
);

export type SqlDirectorySettings = ValuesOf<typeof settings>;

const QUERIES = ['byPhoneNumber', 'byAssociationId', 'byAccountId'] as const;

export const rules: readonly KindRule<SqlDirectorySettings>[] = [
  ...reachRules,
  {
    fault: ({ engine, passwordCommand }) =>
      engine === 'mysql' && passwordCommand !== undefined ? 'has passwordCommand on MySQL' : undefined,
    accepted: 'password on MySQL and MariaDB; passwordCommand on PostgreSQL only',
  },
  {
    fault(values) {
      const placeholder = values.engine === 'postgres' ? '$1' : '?';
      const without = QUERIES.find((name) => values[name]?.includes(placeholder) === false);
      return without === undefined
        ? undefined
        : `has in ${without} no ${placeholder}, so it would find the same for everybody`;
    },
    accepted: 'queries with the parameter: $1 on PostgreSQL, ? on MySQL and MariaDB',
  },
];

export function where({ settings: of }: { readonly settings: SqlDirectorySettings }): string {
  return `${of.engine}://${of.hosts.join(',')}/${of.database} (read by the queries of directory)`;
}
