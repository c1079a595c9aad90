import type { KindSchema } from '../../config/kinds.ts';
import * as postgres from './postgres/settings.ts';
import * as sqlite from './sqlite/settings.ts';
import type { StoreKind } from './store-kind.ts';

/*
 * Every kind of store: one row a kind. Its adapter and its client library are loaded when it is opened or looked at.
 */

const loadPostgres = () => import('./postgres/open-store.ts');
const loadSqlite = () => import('./sqlite/open-store.ts');

export const storeKinds = [
  row(sqlite, {
    open: async (...terms) => (await loadSqlite()).openStore(...terms),
    inspect: async (...terms) => (await loadSqlite()).inspectStore(...terms),
    revokedKeys: async (terms) => (await loadSqlite()).revokedKeysOf(terms),
    file: async (terms) => (await loadSqlite()).fileOfStore(terms),
    leave: async (terms) => (await import('./sqlite/leave-store.ts')).leaveStore(terms),
  }),
  row(postgres, {
    open: async (...terms) => (await loadPostgres()).openStore(...terms),
    inspect: async (...terms) => (await loadPostgres()).inspectStore(...terms),
    revokedKeys: async (terms) => (await loadPostgres()).revokedKeysOf(terms),
    advice: async (terms) => (await loadPostgres()).adviceOn(terms),
    enter: async (...terms) => (await import('./postgres/enter-store.ts')).enterStore(...terms),
  }),
] as const;

function row<Schema extends KindSchema>(
  { settings, rules, where }: Pick<StoreKind<Schema>, 'settings' | 'rules' | 'where'>,
  adapter: Pick<
    StoreKind<Schema>,
    'open' | 'inspect' | 'revokedKeys' | 'advice' | 'file' | 'leave' | 'enter'
  >,
): StoreKind<Schema> {
  return { kind: settings.properties.kind.const, settings, rules, where, ...adapter };
}
