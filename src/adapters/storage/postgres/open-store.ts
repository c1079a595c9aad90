import { UnavailableError } from '../../../ports/unavailable.ts';
import type { DataTerms, SchemaChange } from '../../data-kind.ts';
import { LOOK_UP_CONNECTIONS } from '../../postgres/connect.ts';
import type { Database } from '../../postgres/database.ts';
import { DatabaseError } from '../../postgres/failure.ts';
import { stateOf } from '../../postgres/migrate.ts';
import { inspectSchema, type OpenOrder, openSchema, withDatabase } from '../../postgres/open-schema.ts';
import { type ServerAdvice, serverAdvice } from '../../postgres/server-check.ts';
import type { OpenedStore, StoreAccess } from '../store-kind.ts';
import { keptStatements } from './kept-functions.ts';
import { makeKept, requireOurs } from './kept-statement.ts';
import { keyRecordOf, readRevokedKeys } from './key-record.ts';
import { storePart } from './migrations.ts';
import { beingMoved, MOVING, nodesOf } from './nodes.ts';
import { PostgresOtpStore } from './otp-store.ts';
import { plainStatements } from './read-statements.ts';
import { type PostgresStoreSettings, where } from './settings.ts';

type Terms = DataTerms<PostgresStoreSettings>;

export async function openStore(terms: Terms, access: StoreAccess): Promise<OpenedStore> {
  const { schema } = terms.settings;
  const isServer = access === 'serve' || access === 'make';
  if (access === 'beside') await requireSchema(terms);
  const { database, fromVersion } = await openSchema(orderOf(terms, access));
  const store = new PostgresOtpStore(database, schema, isServer ? 'call' : 'text');
  try {
    if (access !== 'read') await requireNoMove(database, schema);
    if (isServer) await makeKept(database, schema, keptStatements(schema));
    // Where no request is there is nothing that a wrong clock could spoil, and this may be of one that was wrong. [OQ-69]
    if (isServer) await database.write(plainStatements(schema).forgetReached);
    return {
      store,
      isNew: fromVersion === 0,
      keys: keyRecordOf(database, terms.settings),
      nodes: nodesOf(database, schema),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Servers of an older version may be at work on an older schema, and only a server changes it. */
async function requireSchema(terms: Terms): Promise<void> {
  const { fromVersion, toVersion } = await inspectSchema(orderOf(terms, 'beside'));
  if (fromVersion >= toVersion) return;
  throw new UnavailableError(
    `${where(terms)} has another schema than this program: update its servers, or run gsp-otp migrate`,
  );
}

async function requireNoMove(database: Database, schema: string): Promise<void> {
  const [row] = await database.read(`SELECT FROM ${schema}.meta WHERE name = '${MOVING}'`);
  if (row !== undefined) throw beingMoved(schema);
}

export function inspectStore(terms: Terms, access: 'serve' | 'make'): Promise<SchemaChange> {
  // It makes nothing, and before the first start nothing is missing.
  return inspectSchema({ ...orderOf(terms, access), missing: undefined });
}

/** Throws also where what steps ask can't be run. */
export function adviceOn({ settings }: Terms): Promise<readonly ServerAdvice[]> {
  const { schema } = settings;
  return withDatabase(settings, async (database) => {
    const { version } = await stateOf(database, schema, storePart);
    // Functions that are missing hinder nobody: a server makes them.
    if (version >= storePart.migrations.length) await requireStatements(database, schema);
    return serverAdvice(database);
  });
}

/** Plans what steps ask, where rights are asked for too, and runs nothing. */
async function requireStatements(database: Database, schema: string): Promise<void> {
  const statements = keptStatements(schema);
  await requireOurs(database, schema, statements);
  try {
    for (const { text, nothing } of statements) await database.read(`EXPLAIN ${text}`, nothing);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.kind !== 'refused') throw error;
    const fault = `can't do what calls need: ${error.message}: undo that change, or restore a backup`;
    throw new UnavailableError(fault, { cause: error.cause });
  }
}

export function revokedKeysOf({ settings }: Terms): Promise<readonly string[]> {
  return withDatabase(settings, async (database) => {
    const { version } = await stateOf(database, settings.schema, storePart);
    return version === 0 ? [] : readRevokedKeys(database, settings.schema);
  });
}

function orderOf({ settings, environment }: Terms, access: StoreAccess): OpenOrder {
  const connections = settings.connections - LOOK_UP_CONNECTIONS;
  const connect = { connections, readOnly: access === 'read' };
  return { settings, environment, part: storePart, missing: missingFor(access, environment), connect };
}

function missingFor(access: StoreAccess, environment: Terms['environment']): string | undefined {
  if (access === 'read' || access === 'beside') return 'a server makes it';
  if (access === 'make' || environment === 'sandbox') return undefined;
  return (
    'is it the right database? Restore a backup; or, where a new store is meant, start once with ' +
    'gsp-otp serve --new-store (newStore in the library): then no request that was answered is remembered'
  );
}
