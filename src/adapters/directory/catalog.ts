import type { KindSchema } from '../../config/kinds.ts';
import type { DirectoryKind } from './directory-kind.ts';
import * as http from './http/settings.ts';
import * as ldap from './ldap/settings.ts';
import * as postgres from './postgres/settings.ts';
import * as sql from './sql/settings.ts';
import * as sqlite from './sqlite/settings.ts';

/*
 * Every kind of account directory: one row a kind. Its adapter and its client library are loaded when it is opened or
 * looked at.
 */

const loadHttp = () => import('./http/http-directory.ts');
const loadLdap = () => import('./ldap/ldap-directory.ts');
const loadPostgres = () => import('./postgres/open-directory.ts');
const loadSql = () => import('./sql/sql-directory.ts');
const loadSqlite = () => import('./sqlite/open-directory.ts');

export const directoryKinds = [
  row(sqlite, {
    open: async (terms, access) => (await loadSqlite()).openDirectory(terms, access),
    accounts: {
      inspect: async (...terms) => (await loadSqlite()).inspectDirectory(...terms),
      edit: async (terms) => (await loadSqlite()).editDirectory(terms),
      leave: async (terms) => (await loadSqlite()).leaveDirectory(terms),
      importTarget: async (terms) => (await loadSqlite()).importTargetOf(terms),
    },
    file: async (terms) => (await loadSqlite()).fileOfDirectory(terms),
  }),
  row(postgres, {
    store: 'postgres',
    open: async (terms, access) => (await loadPostgres()).openDirectory(terms, access),
    accounts: {
      inspect: async (...terms) => (await loadPostgres()).inspectDirectory(...terms),
      edit: async (terms) => (await loadPostgres()).editDirectory(terms),
      enter: async (terms) => (await loadPostgres()).enterDirectory(terms),
      importTarget: async (terms) => (await loadPostgres()).importTargetOf(terms),
    },
  }),
  row(http, {
    open: async ({ settings }, access, clock) => (await loadHttp()).openDirectory(settings, access, clock),
  }),
  row(sql, { open: async ({ settings }) => (await loadSql()).openDirectory(settings) }),
  row(ldap, { open: async ({ settings }) => (await loadLdap()).openDirectory(settings) }),
] as const;

function row<Schema extends KindSchema>(
  { settings, rules, where }: Pick<DirectoryKind<Schema>, 'settings' | 'rules' | 'where'>,
  adapter: Pick<DirectoryKind<Schema>, 'store' | 'open' | 'accounts' | 'file'>,
): DirectoryKind<Schema> {
  return { kind: settings.properties.kind.const, settings, rules, where, ...adapter };
}
