import { UnavailableError } from '../../ports/unavailable.ts';
import { type ConnectOptions, connectTo, UNHURRIED_MS } from './connect.ts';
import { type ConnectionSettings, whereOf } from './connection-settings.ts';
import type { Database } from './database.ts';
import { DatabaseError } from './failure.ts';
import { migrate, type PartState, type SchemaPart, stateFault, stateOf, tablesOf } from './migrate.ts';
import { serverFaults } from './server-check.ts';

export interface OpenOrder {
  readonly settings: ConnectionSettings;
  readonly environment: string;
  readonly part: SchemaPart;
  /** What to do if it is not there, as whoever misses it is told. `undefined`: it is made. */
  readonly missing: string | undefined;
  /** With `readOnly`, nothing is made or changed. */
  readonly connect: ConnectOptions;
}

export interface OpenedSchema {
  readonly database: Database;
  /** 0: it was made. */
  readonly fromVersion: number;
}

/**
 * Connects, and brings the part to this program's schema unless it is only read. Throws `UnavailableError`, with nothing
 * left open, if the server can't be reached or isn't fit, or if the part is missed, of the other environment or of a
 * schema that this program can't live with.
 */
export async function openSchema(order: OpenOrder): Promise<OpenedSchema> {
  const { settings, environment, part, connect } = order;
  const { schema } = settings;
  const fromVersion = await withDatabase(settings, async (database) => {
    const state = await requireState(database, order);
    if (connect.readOnly || state.version >= part.migrations.length) return state.version;
    return migrate(database, schema, part, environment);
  });
  return { database: connectTo(settings, connect), fromVersion };
}

/** The version of a part, and that of this program; changes nothing. Throws as `openSchema` does. */
export async function inspectSchema(order: OpenOrder): Promise<{ fromVersion: number; toVersion: number }> {
  const toVersion = order.part.migrations.length;
  const { version } = await withDatabase(order.settings, (database) => requireState(database, order));
  return { fromVersion: version, toVersion: Math.max(version, toVersion) };
}

/** Runs it with a connection of its own, that is closed then. Failures are told with the place. */
export async function withDatabase<T>(
  settings: ConnectionSettings,
  run: (database: Database) => Promise<T>,
): Promise<T> {
  const database = connectTo(settings, { statementMs: UNHURRIED_MS });
  try {
    return await run(database);
  } catch (error) {
    if (error instanceof DatabaseError) {
      throw new UnavailableError(`${whereOf(settings)}: ${error.message}`, { cause: error.cause });
    }
    if (error instanceof UnavailableError) {
      throw new UnavailableError(`${whereOf(settings)} ${error.message}`, { cause: error.cause });
    }
    throw error;
  } finally {
    await database.close();
  }
}

async function requireState(database: Database, order: OpenOrder): Promise<PartState> {
  const { settings, environment, part, missing, connect } = order;
  const faults = await serverFaults(database, settings.schema, tablesOf(part));
  const hindering = connect.readOnly ? [] : faults;
  if (hindering.length > 0) throw new UnavailableError(`is not fit: ${hindering.join('; ')}`);
  const state = await stateOf(database, settings.schema, part);
  const fault = stateFault(state, part, environment);
  if (fault !== undefined) throw new UnavailableError(fault);
  if (state.version === 0 && missing !== undefined) {
    throw new UnavailableError(`has no ${part.name} yet: ${missing}`);
  }
  return state;
}
