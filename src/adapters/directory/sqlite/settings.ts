import { join } from 'node:path';
import type { KindRule } from '../../../config/kinds.ts';
import { Type } from '../../../config/setting-words.ts';
import type { ValuesOf } from '../../../config/values.ts';
import type { DataTerms } from '../../data-kind.ts';

export const settings = Type.Object(
  {
    kind: Type.Literal('sqlite', {
      description:
        'SQLite, in the file accounts.sqlite in `dataDirectory`; `gsp-otp accounts` imports and changes the accounts.',
    }),
  },
  { description: 'SQLite.' },
);

export type SqliteDirectorySettings = ValuesOf<typeof settings>;

export const rules: readonly KindRule<SqliteDirectorySettings>[] = [];

/** A file of its own beside the store, so that a long import never holds the store's lock. */
export function where({ dataDirectory }: Pick<DataTerms<SqliteDirectorySettings>, 'dataDirectory'>): string {
  return join(dataDirectory, 'accounts.sqlite');
}
