import type { KindRule } from '../../../config/kinds.ts';
import { Type } from '../../../config/setting-words.ts';
import type { ValuesOf } from '../../../config/values.ts';
import { type ConnectionSettings, whereOf } from '../../postgres/connection-settings.ts';

export const settings = Type.Object(
  {
    kind: Type.Literal('postgres', {
      description:
        'PostgreSQL, in the database and the schema of `store`, beside a store of that kind; `gsp-otp accounts` imports and changes the accounts.',
    }),
  },
  { description: 'PostgreSQL.' },
);

export type PostgresDirectorySettings = ValuesOf<typeof settings>;

export const rules: readonly KindRule<PostgresDirectorySettings>[] = [];

export function where({ connection }: { readonly connection: ConnectionSettings | undefined }): string {
  return connection === undefined ? 'the database of the store' : whereOf(connection, 'accounts');
}
