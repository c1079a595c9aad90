import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { UnavailableError } from '../../ports/unavailable.ts';
import type { Database } from './database.ts';
import { DatabaseError, sqlStateOf } from './failure.ts';

/** One change of the tables. `{schema}` stands for the schema that holds them. */
export interface Migration {
  readonly sql: string;
  /**
   * The oldest version of the schema whose programs can live with the tables from then on: what a migration adds, they
   * ignore; what it removes, the version before it has ceased to use.
   */
  readonly oldestVersion: number;
}

/** Tables that belong together and change together, such as those of the store. */
export interface SchemaPart {
  readonly name: string;
  /** Forward only; the n-th leads to version n. One that was released is never edited. */
  readonly migrations: readonly Migration[];
}

/** Its tables, and those that all parts have. */
export function tablesOf({ migrations }: SchemaPart): readonly string[] {
  const made = migrations.flatMap(({ sql }) => [...sql.matchAll(/CREATE TABLE \{schema\}\.(\w+)/g)]);
  return ['schema_part', 'migration_lock', ...made.map(([, name = '']) => name)];
}

export interface PartState {
  /** 0: there are no tables of that part. */
  readonly version: number;
  /** Versions of programs from which on they can live with it. */
  readonly oldestVersion: number;
  readonly environment: string | undefined;
}

/**
 * How long whoever died between two transactions is waited for; one that is in a transaction holds the row besides, however
 * long it takes.
 */
const LOCK_SECONDS = 5;
const WAIT_MS = 250;

/** Of the lock, from the moment at which the statement runs: the transaction may have begun long before. */
const EXPIRY = `expires_at = clock_timestamp() + interval '${LOCK_SECONDS} s'`;

const missing: PartState = { version: 0, oldestVersion: 0, environment: undefined };

/** What is there of a part. Throws `UnavailableError` if the database can't be asked. */
export async function stateOf(database: Database, schema: string, part: SchemaPart): Promise<PartState> {
  const text = `SELECT version, oldest_version, environment FROM ${schema}.schema_part WHERE name = $1`;
  try {
    const [row] = await database.read(text, [part.name]);
    if (row === undefined) return missing;
    const { version, oldest_version: oldestVersion, environment } = row;
    return {
      version: Number(version),
      oldestVersion: Number(oldestVersion),
      environment: String(environment),
    };
  } catch (error) {
    // No such schema, or table.
    if (error instanceof DatabaseError && ['3F000', '42P01'].includes(sqlStateOf(error.cause) ?? '')) {
      return missing;
    }
    throw error;
  }
}

/** Why a program whose newest version of the part is this one can't live with what is there. `undefined`: it can. */
export function stateFault(
  { version, oldestVersion, environment }: PartState,
  part: SchemaPart,
  own: string,
): string | undefined {
  if (environment !== undefined && environment !== own) {
    return `belongs to the ${environment} environment, and this is ${own}: name another schema`;
  }
  const known = part.migrations.length;
  if (version > known && oldestVersion > known) {
    return `has version ${version} of ${part.name}, and this program knows versions up to ${known}: install a newer one`;
  }
  return undefined;
}

/**
 * Brings a part to the newest version that this program knows, one migration a transaction, while servers of the version
 * before go on. Whoever comes meanwhile waits, for a minute at most. Resolves to the version before. Throws
 * `UnavailableError`, with the part as it was or with some migrations done.
 */
export async function migrate(
  database: Database,
  schema: string,
  part: SchemaPart,
  environment: string,
): Promise<number> {
  await makeBookkeeping(database, schema);
  const holder = randomUUID();
  const term = await takeLock(database, schema, holder);
  try {
    const before = await stateOf(database, schema, part);
    const fault = stateFault(before, part, environment);
    if (fault !== undefined) throw new UnavailableError(fault);
    for (const [index, migration] of part.migrations.entries()) {
      if (index < before.version) continue;
      await apply(database, schema, { part, version: index + 1, migration, environment, holder, term });
    }
    return before.version;
  } finally {
    await database
      .write(`UPDATE ${schema}.migration_lock SET holder = NULL WHERE holder = $1 AND term = $2`, [
        holder,
        term,
      ])
      .catch(() => {});
  }
}

interface Application {
  readonly part: SchemaPart;
  readonly version: number;
  readonly migration: Migration;
  readonly environment: string;
  readonly holder: string;
  readonly term: unknown;
}

async function apply(
  database: Database,
  schema: string,
  { part, version, migration, environment, holder, term }: Application,
): Promise<void> {
  await database.transaction(async (query) => {
    const hold = () =>
      query(`UPDATE ${schema}.migration_lock SET ${EXPIRY} WHERE holder = $1 AND term = $2 RETURNING term`, [
        holder,
        term,
      ]);
    if ((await hold()).length === 0)
      throw new UnavailableError('somebody else has begun to migrate: try again');
    await query(migration.sql.replaceAll('{schema}', schema));
    await query(
      `INSERT INTO ${schema}.schema_part (name, version, oldest_version, environment) VALUES ($1, $2, $3, $4)
       ON CONFLICT (name) DO UPDATE SET version = excluded.version, oldest_version = excluded.oldest_version`,
      [part.name, version, migration.oldestVersion, environment],
    );
    await hold();
  });
}

/** Safe for several at once. */
async function makeBookkeeping(database: Database, schema: string): Promise<void> {
  const statements = [
    `CREATE SCHEMA IF NOT EXISTS ${schema}`,
    `CREATE TABLE IF NOT EXISTS ${schema}.schema_part (
       name text PRIMARY KEY, version integer NOT NULL, oldest_version integer NOT NULL, environment text NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS ${schema}.migration_lock (
       id integer PRIMARY KEY, holder uuid, term bigint NOT NULL, expires_at timestamptz NOT NULL)`,
    // Where it is there, whoever migrates holds it, and the insertion would wait for that.
    `INSERT INTO ${schema}.migration_lock (id, term, expires_at) SELECT 1, 0, now()
     WHERE NOT EXISTS (SELECT FROM ${schema}.migration_lock WHERE id = 1) ON CONFLICT DO NOTHING`,
  ];
  const [{ has_schema: hasSchema, is_made: isMade } = {}] = await database.read(
    'SELECT to_regnamespace($1) IS NOT NULL AS has_schema, to_regclass($2) IS NOT NULL AS is_made',
    [schema, `${schema}.migration_lock`],
  );
  // Who may not make schemas may not ask for one that is there either.
  const needed = isMade === true ? statements.slice(-1) : statements.slice(hasSchema === true ? 1 : 0);
  for (const statement of needed) {
    await ignoring(['23505', '42P06', '42P07'], database.write(statement));
  }
}

/** Another one was making the same at that moment. */
export async function ignoring(states: readonly string[], work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DatabaseError && states.includes(sqlStateOf(error.cause) ?? '')) return;
    throw error;
  }
}

/** Resolves to the term: who holds an older one has lost the lock. */
async function takeLock(database: Database, schema: string, holder: string): Promise<unknown> {
  const endMs = performance.now() + 30_000;
  const take = `
    UPDATE ${schema}.migration_lock SET holder = $1, term = term + 1, ${EXPIRY}
    WHERE id = 1 AND (holder IS NULL OR expires_at < clock_timestamp()) RETURNING term`;
  while (performance.now() < endMs) {
    // A transaction waits for the row of whoever migrates, where a statement may give up by a time-out of its role.
    const [row] = await database
      .transaction((query) => query(take, [holder]))
      .catch((error: unknown) => {
        if (error instanceof DatabaseError && error.kind === 'stale') return [];
        throw error;
      });
    if (row !== undefined) return row['term'];
    await pause(WAIT_MS);
  }
  throw new UnavailableError(
    'somebody else is migrating the database: wait until that has ended, and try again',
  );
}
