import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { UnavailableError } from '../../ports/unavailable.ts';
import { migrations } from './migrations.ts';

/** Which file, and for which environment: the two never share one. [ENV-1] */
export interface DirectoryFile {
  readonly file: string;
  readonly environment: 'sandbox' | 'production';
}

/** Marks a SQLite file as an account directory: the letters `gspa`. */
const APPLICATION_ID = 0x67737061;

/** How long a writer waits for another one: an import holds the lock while it applies its rows. */
const WRITER_WAIT_MS = 30_000;

/**
 * Opens the file for writing, brought to the current schema. With `create`, a missing file (and its folder) is made,
 * for its owner alone. Throws `UnavailableError`, with the file unchanged, if there is none, or if it is not an
 * account directory, belongs to the other environment or was written by a newer version.
 */
export function openDirectoryFile(
  { file, environment }: DirectoryFile,
  { create }: { readonly create: boolean },
): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    if (create) {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      // SQLite would make it for everybody to read, and gives its side files the permissions of this one.
      closeSync(openSync(file, 'a', 0o600));
    } else if (!existsSync(file)) {
      throw new UnavailableError(
        `there is no account directory ${file} yet: 'gsp-otp accounts import' makes one`,
      );
    }
    database = new DatabaseSync(file, { timeout: WRITER_WAIT_MS });
    prepare(database, file, environment);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof UnavailableError) throw error;
    throw new UnavailableError(`the account directory ${file} can't be opened`, { cause: error });
  }
}

function prepare(database: DatabaseSync, file: string, environment: DirectoryFile['environment']): void {
  const refuse = (reason: string): never => {
    throw new UnavailableError(`${file} ${reason}`);
  };
  const applicationId = readNumber(database, 'SELECT application_id FROM pragma_application_id');
  const tables = readNumber(database, 'SELECT count(*) FROM sqlite_schema');
  if (applicationId !== APPLICATION_ID && tables > 0) refuse('is a database, but not an account directory');
  if (schemaVersion(database) > migrations.length) {
    refuse(
      `has schema version ${schemaVersion(database)} and this gsp-otp knows ${migrations.length} at most: ` +
        'it was written by a newer gsp-otp, use that one',
    );
  }
  // Readers are never blocked, whatever is written. A commit is durable when it returns.
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
  if (mode !== 'wal') refuse("is on a file system without SQLite's write-ahead log: use a local disk");
  database.exec('PRAGMA synchronous = FULL');
  // Asked first without the lock, which an import may hold for a while.
  if (schemaVersion(database) < migrations.length) migrate(database, environment);
  const found = database.prepare('SELECT name FROM environment').get()?.['name'];
  if (found !== environment)
    refuse(`is a directory of ${String(found)} accounts, not of ${environment} ones`);
}

function migrate(database: DatabaseSync, environment: DirectoryFile['environment']): void {
  database.exec('BEGIN IMMEDIATE');
  const version = schemaVersion(database);
  for (const step of migrations.slice(version)) database.exec(step);
  if (version === 0) database.prepare('INSERT INTO environment (name) VALUES (?)').run(environment);
  database.exec(`
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${migrations.length};
    COMMIT;
  `);
}

function schemaVersion(database: DatabaseSync): number {
  return readNumber(database, 'SELECT user_version FROM pragma_user_version');
}

function readNumber(database: DatabaseSync, sql: string): number {
  return Number(Object.values(database.prepare(sql).get() ?? {})[0]);
}
