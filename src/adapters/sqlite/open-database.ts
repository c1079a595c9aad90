import { chownSync, closeSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type DatabaseSyncOptions } from 'node:sqlite';
import { isThere } from '../../ports/file-fault.ts';
import { makePrivateFolder } from '../../ports/private-folder.ts';
import { UnavailableError } from '../../ports/unavailable.ts';
import type { DatabaseKind, Environment, MigrationResult } from './database-kind.ts';
import { openingFailure } from './failure.ts';
import { refuseHalfRestored } from './half-restored.ts';
import { judgeFiles } from './judge-files.ts';
import { judgeSchema } from './judge-schema.ts';
import { inOneTransaction } from './transaction.ts';
import { writeSchemaVersion } from './user-version.ts';

/** Opens a database; by default a `DatabaseSync`. */
export type OpenSqlite = (file: string, options: DatabaseSyncOptions) => DatabaseSync;

export interface OpenOrder {
  /** `:memory:` is a database that forgets. */
  readonly file: string;
  readonly environment: Environment;
  /**
   * `read`: as it is, whatever its version is refused unless it is this program's. `copy`: as it is, and older ones
   * too, for a backup is made before the schema is changed. `write`: brought to this program's
   * version first. `create`: the same, and made, with its folder, for its owner alone if it is missing.
   */
  readonly access: 'read' | 'copy' | 'write' | 'create';
  /** How long to wait for somebody else's lock; the whole process waits. */
  readonly waitMs: number;
  readonly open?: OpenSqlite;
}

export interface OpenedDatabase {
  readonly database: DatabaseSync;
  readonly migration: MigrationResult;
}

/** No value of ours comes near: what is larger is refused before it takes memory. */
const VALUE_BYTES_MAX = 1_048_576;

/** For files that somebody else may have written: nothing that stands in a schema runs, nothing large is read. */
export const GUARDED = { defensive: true, limits: { length: VALUE_BYTES_MAX } } as const;

const NOTHING_RUNS = 'PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON';

/**
 * The one door to our database files. Throws `UnavailableError` that names the file, with nothing changed, unless it
 * can be used, is of this kind and environment, of a version that this program can work with, and holds nothing but what our
 * migrations make. [ENV-1]
 */
export function openDatabase(kind: DatabaseKind, order: OpenOrder): OpenedDatabase {
  const { file, access, waitMs: timeout, open = openPlainly } = order;
  let database: DatabaseSync | undefined;
  try {
    if (file !== ':memory:') prepareFile(file, access);
    database = open(file, { timeout, readOnly: access === 'read' || access === 'copy', ...GUARDED });
    database.exec(NOTHING_RUNS);
    const fromVersion = judgeSchema(database, kind);
    if (fromVersion > 0) refuseOtherEnvironment(database, kind, order.environment);
    if (access === 'read') requireVersion(fromVersion, kind);
    else if (access === 'copy') refuseEmpty(fromVersion);
    else keepLog(database, file, fromVersion, kind, order.environment);
    return { database, migration: { fromVersion, toVersion: kind.migrations.length } };
  } catch (error) {
    database?.close();
    throw openingFailure(error, file);
  }
}

/**
 * The schema version of a file of this kind; 0: it is not there, or empty. Changes nothing. Throws `UnavailableError`
 * as `openDatabase` does.
 */
export function schemaVersionOf(kind: DatabaseKind, file: string): number {
  if (judgeFiles(file, 'read') === 0) return 0;
  let database: DatabaseSync | undefined;
  try {
    prepareFile(file, 'read');
    database = openPlainly(file, { readOnly: true, ...GUARDED });
    database.exec(NOTHING_RUNS);
    return judgeSchema(database, kind);
  } catch (error) {
    throw openingFailure(error, file);
  } finally {
    database?.close();
  }
}

export function openPlainly(file: string, options: DatabaseSyncOptions): DatabaseSync {
  return new DatabaseSync(file, options);
}

/** A link that leads nowhere would have SQLite make the database wherever it points. */
function prepareFile(file: string, access: OpenOrder['access']): void {
  refuseHalfRestored(file);
  if (access === 'create') makePrivateFolder(dirname(file));
  judgeFiles(file, access === 'read' || access === 'copy' ? 'read' : 'write');
  if (access === 'create') createPrivately(file);
  if (isThere(file)) return;
  throw new UnavailableError(
    access === 'create'
      ? `${file} is a link that leads to nothing: take it away, or put the file there`
      : `${file} is not there`,
  );
}

/** Makes an empty file unless there is one. SQLite gives its companion files the mode of the database. */
export function createPrivately(file: string): void {
  try {
    // Exclusively: to open and close an existing file would drop the locks that SQLite holds on it; and no link is
    // followed.
    closeSync(openSync(file, 'wx', 0o600));
    giveToOwnerOfFolder(file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** What root makes among a service's files, the service has to be able to open. */
export function giveToOwnerOfFolder(path: string): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(path));
  if (uid !== 0) chownSync(path, uid, gid);
}

function requireVersion(version: number, { migrations }: DatabaseKind): void {
  if (version === migrations.length) return;
  throw new UnavailableError(
    `has schema version ${version}, this program needs ${migrations.length}: run gsp-otp migrate`,
  );
}

function refuseEmpty(version: number): void {
  if (version === 0) throw new UnavailableError('is empty: there is nothing to copy');
}

/** Only now is it known to be ours to change: a log that never stops readers, and the schema of now. */
function keepLog(
  database: DatabaseSync,
  file: string,
  fromVersion: number,
  kind: DatabaseKind,
  environment: Environment,
): void {
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
  if (mode !== 'wal' && file !== ':memory:') {
    throw new UnavailableError("is on a file system without SQLite's write-ahead log: use a local disk");
  }
  // FULL: a commit is on the disk when it returns. [IDEM-8]
  database.exec('PRAGMA synchronous = FULL');
  if (fromVersion < kind.migrations.length) migrate(database, kind, environment);
}

/** All steps or none; whoever else opened the file meanwhile may have taken them already. */
function migrate(database: DatabaseSync, kind: DatabaseKind, environment: Environment): void {
  const { applicationId, migrations } = kind;
  inOneTransaction(database, () => {
    const version = judgeSchema(database, kind);
    for (const sql of migrations.slice(version)) database.exec(sql);
    if (version === 0) database.prepare(kind.writeEnvironment).run(environment);
    writeSchemaVersion(database, migrations.length);
    database.exec(`PRAGMA application_id = ${applicationId}`);
  });
}

function refuseOtherEnvironment(database: DatabaseSync, kind: DatabaseKind, environment: Environment): void {
  const found = database.prepare(kind.readEnvironment).get()?.['environment'];
  if (found === environment) return;
  if (found !== 'sandbox' && found !== 'production') {
    throw new UnavailableError('does not say which environment it belongs to: restore a backup');
  }
  throw new UnavailableError(
    `belongs to the ${found} environment, this is ${environment}: each environment needs files of its own`,
  );
}
