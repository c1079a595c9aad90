import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type DatabaseSyncOptions } from 'node:sqlite';
import { UnavailableError } from '../../ports/unavailable.ts';
import { GroupCommit } from './group-commit.ts';
import { type Environment, type MigrationResult, migrate, requireCurrentSchema } from './migrations.ts';
import { sqliteCode, storageFailure } from './storage-failure.ts';

export interface SqliteOptions {
  /**
   * Made, with its folder, if it is missing, for its owner alone. `-wal`, `-shm` and `-lock` beside it belong to
   * it. `:memory:` is a database that forgets.
   */
  readonly file: string;
  readonly environment: Environment;
  /** Look at the database while a server may be running on it. Every step is refused. */
  readonly readOnly?: boolean;
  /** Opens a database; by default a `DatabaseSync`. */
  readonly open?: (file: string, options: DatabaseSyncOptions) => DatabaseSync;
}

/** Waiting for a lock stops the whole process, so it is short; nobody but an operator's shell can hold one. */
const BUSY_MS_MAX = 50;

/**
 * FULL: a commit is on the disk when it returns [IDEM-8]. 512 pages keep a checkpoint, which stalls everybody, near 4 ms;
 * fewer cost throughput.
 */
const SETTINGS = `
  PRAGMA synchronous = FULL;
  PRAGMA cache_size = -65536;
  PRAGMA wal_autocheckpoint = 512;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA temp_store = MEMORY;
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
`;

/** One SQLite file, one writing process. */
export class SqliteEngine {
  readonly database: DatabaseSync;
  /** What opening did to the schema. `undefined`: opened read-only. */
  readonly migration: MigrationResult | undefined;
  readonly #group: GroupCommit;
  readonly #lock: DatabaseSync | undefined;

  /**
   * Throws `UnavailableError` if another process serves from the file, or it is not a database of this
   * environment and a known schema version; nothing was changed then.
   */
  constructor({ file, environment, readOnly = false, open = openDatabase }: SqliteOptions) {
    const shared = file !== ':memory:';
    this.#lock = shared && !readOnly ? lockFile(file, open) : undefined;
    let database: DatabaseSync | undefined;
    try {
      if (shared && !readOnly) createPrivately(file);
      database = open(file, { timeout: BUSY_MS_MAX, readOnly });
      database.exec(SETTINGS);
      if (readOnly) requireCurrentSchema(database, environment);
      else this.migration = migrate(database, environment);
      // Only now is it known to be ours to change.
      if (!readOnly) database.exec('PRAGMA journal_mode = WAL');
      this.#group = new GroupCommit(database);
      this.database = database;
    } catch (error) {
      database?.close();
      this.#lock?.close();
      throw openingFailure(error, file);
    }
  }

  get durableCommits(): number {
    return this.#group.durableCommits;
  }

  /** Resolves when what `run` did is durable; see `GroupCommit.step`. */
  step<T>(run: () => T): Promise<T> {
    return this.database.isOpen ? this.#group.step(run) : Promise.reject(closed());
  }

  /** What `ask` sees is committed: batches don't yield, so no transaction is open between them. */
  async read<T>(ask: () => T): Promise<T> {
    if (!this.database.isOpen) throw closed();
    try {
      this.#group.rollBack();
      return ask();
    } catch (error) {
      throw storageFailure(error);
    }
  }

  /** Finishes the steps that wait, then lets go of the file. Safe to call twice. */
  async close(): Promise<void> {
    if (!this.database.isOpen) return;
    try {
      this.#group.flush();
      this.database.close();
    } catch (error) {
      throw storageFailure(error);
    } finally {
      this.#lock?.close();
    }
  }
}

function openDatabase(file: string, options: DatabaseSyncOptions): DatabaseSync {
  return new DatabaseSync(file, options);
}

/**
 * Keeps a second server off the file: two writers starve each other, and each would take the other's steps for its
 * own. The lock is one that the kernel lets go of with the process, however that ends. Readers don't ask for it.
 */
function lockFile(file: string, open: NonNullable<SqliteOptions['open']>): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    createPrivately(`${file}-lock`);
    lock = open(`${file}-lock`, {});
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    if (sqliteCode(error) !== 5) throw openingFailure(error, file);
    throw new UnavailableError(
      `another process serves from ${file}: stop it first, or give this one a file of its own`,
      { cause: error },
    );
  }
}

/** SQLite gives its companion files the mode of the database. */
function createPrivately(file: string): void {
  try {
    // Exclusively: to open and close an existing file would drop the locks that SQLite holds on it.
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

function openingFailure(error: unknown, file: string): unknown {
  if (error instanceof UnavailableError && error.cause === undefined) {
    return new UnavailableError(`${file}: ${error.message}`);
  }
  if (!(error instanceof Error) || error instanceof UnavailableError) return error;
  const code = sqliteCode(error);
  if (code === 26) {
    return new UnavailableError(`${file} is not a SQLite database; name another file`, { cause: error });
  }
  if (code === 11) {
    return new UnavailableError(`${file} is damaged; restore a backup`, { cause: error });
  }
  return new UnavailableError(`${file} can't be opened: ${error.message}`, { cause: error });
}

function closed(): UnavailableError {
  return new UnavailableError('the database is closed');
}
