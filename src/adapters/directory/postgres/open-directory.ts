import { join } from 'node:path';
import { makePrivateFolder } from '../../../ports/private-folder.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import type { DataAccess, SchemaChange } from '../../data-kind.ts';
import { LOOK_UP_CONNECTIONS, UNHURRIED_MS } from '../../postgres/connect.ts';
import { inspectSchema, type OpenOrder, openSchema } from '../../postgres/open-schema.ts';
import type { AccountEditor, DirectoryTerms, OpenedDirectory } from '../directory-kind.ts';
import type { ImportTarget } from '../import/import-target.ts';
import type { EnteringAccounts } from '../moving.ts';
import { accountEditor } from './account-editor.ts';
import { enteringAccounts } from './enter-accounts.ts';
import { importTarget } from './import-target.ts';
import { accountsPart } from './migrations.ts';
import { postgresDirectory } from './postgres-directory.ts';
import type { PostgresDirectorySettings } from './settings.ts';

type Terms = DirectoryTerms<PostgresDirectorySettings>;

const NOT_MADE = "'gsp-otp accounts import' makes them";

export async function openDirectory(terms: Terms, access: DataAccess): Promise<OpenedDirectory> {
  const readOnly = access === 'read';
  const connect = { connections: LOOK_UP_CONNECTIONS, readOnly };
  const order = orderOf(terms, missingFor(terms, access), connect);
  const { database } = await openSchema(order);
  return { directory: postgresDirectory(database, order.settings.schema, { readOnly }) };
}

export function inspectDirectory(terms: Terms, access: 'serve' | 'make'): Promise<SchemaChange> {
  return inspectSchema(orderOf(terms, missingFor(terms, access)));
}

export async function editDirectory(terms: Terms): Promise<AccountEditor> {
  const order = orderOf(terms, NOT_MADE);
  const { database } = await openSchema(order);
  return accountEditor(database, order.settings.schema);
}

export async function enterDirectory(terms: Terms): Promise<EnteringAccounts> {
  const order = orderOf(terms, undefined);
  const { database } = await openSchema(order);
  return enteringAccounts(database, order.settings.schema);
}

export async function importTargetOf(terms: Terms): Promise<ImportTarget> {
  const order = orderOf(terms, undefined);
  const { database } = await openSchema(order);
  try {
    makePrivateFolder(terms.dataDirectory);
    return importTarget(database, order.settings.schema, join(terms.dataDirectory, 'accounts'));
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** In the sandbox servers that start together make it, whichever comes first. */
function missingFor({ environment }: Terms, access: DataAccess): string | undefined {
  if (access === 'read') return NOT_MADE;
  if (access === 'make' || environment === 'sandbox') return undefined;
  return (
    'every number would be unknown. Is it the right database? Restore a backup of it, or import the accounts with ' +
    'gsp-otp accounts import'
  );
}

function orderOf(
  { connection, environment }: Terms,
  missing: string | undefined,
  connect: OpenOrder['connect'] = { statementMs: UNHURRIED_MS, connections: 1 },
): OpenOrder {
  if (connection === undefined)
    throw new UnavailableError('the store is in no database that accounts could be in');
  return { settings: connection, environment, part: accountsPart, missing, connect };
}
