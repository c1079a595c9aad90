import type { KindRule } from '../../../config/kinds.ts';
import { Type } from '../../../config/setting-words.ts';
import type { ValuesOf } from '../../../config/values.ts';
import type { DataTerms } from '../../data-kind.ts';
import { connection, connectionRules, whereOf } from '../../postgres/connection-settings.ts';

export const settings = Type.Object(
  {
    kind: Type.Literal('postgres', {
      description: 'PostgreSQL 15 or newer; for any number of equal servers.',
    }),
    ...connection,
  },
  { description: 'PostgreSQL.' },
);

export type PostgresStoreSettings = ValuesOf<typeof settings>;

export const rules: readonly KindRule<PostgresStoreSettings>[] = connectionRules;

export function where({ settings }: Pick<DataTerms<PostgresStoreSettings>, 'settings'>): string {
  return whereOf(settings);
}
