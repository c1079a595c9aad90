import { join } from 'node:path';
import type { KindRule } from '../../../config/kinds.ts';
import { Type } from '../../../config/setting-words.ts';
import type { ValuesOf } from '../../../config/values.ts';
import type { DataTerms } from '../../data-kind.ts';

export const settings = Type.Object(
  {
    kind: Type.Literal('sqlite', {
      description: 'SQLite, in the file otp.sqlite in `dataDirectory`; for one server.',
    }),
  },
  { description: 'SQLite.' },
);

export type SqliteStoreSettings = ValuesOf<typeof settings>;

export const rules: readonly KindRule<SqliteStoreSettings>[] = [];

export function where({ dataDirectory }: Pick<DataTerms<SqliteStoreSettings>, 'dataDirectory'>): string {
  return join(dataDirectory, 'otp.sqlite');
}
