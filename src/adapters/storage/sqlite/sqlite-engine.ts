import type { DatabaseSync } from 'node:sqlite';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { type CheckBeside, checkAtOpening, checkBeside } from '../../sqlite/check.ts';
import type { DatabaseKind, Environment, MigrationResult } from '../../sqlite/database-kind.ts';
import { openingFailure, saysDamaged, storageFailure } from '../../sqlite/failure.ts';
import { FilePlace } from '../../sqlite/file-place.ts';
import { schemaFault } from '../../sqlite/judge-schema.ts';
import { type OpenSqlite, openDatabase, openPlainly, schemaVersionOf } from '../../sqlite/open-database.ts';
import { GroupCommit } from './group-commit.ts';
import { otpStoreKind } from './migrations.ts';
import { lockFileOf, lockForServer } from './server-lock.ts';

export interface SqliteOptions {
  /**
   * Made, with its folder, if it is missing, for its owner alone. `-wal`, `-shm` and `-lock` beside it belong to
   * it. `:memory:` is a database that forgets.
   */
  readonly file: string;
  readonly environment: Environment;
  /**
   * While a server may be running on it: `read`, to look at the database, and every step is refused; `write`, to change it in
   * short steps, which its server waits for. Absent: to be its server.
   */
  readonly beside?: 'read' | 'write' | undefined;
  readonly open?: OpenSqlite;
}

/** Waiting for a lock stops the whole process, so it is short; nobody but an operator's command can hold one. */
const BUSY_MS_MAX = 50;

/** The server beside writes for milliseconds at a time, and an import of accounts is in another file. */
const BESIDE_MS_MAX = 5000;

/** Only the database and its log are looked at after each commit. */
const WRITTEN_FILES = 2;

/** 512 pages keep a checkpoint, which stalls everybody, near 4 ms; fewer cost throughput. */
const SETTINGS = `
  PRAGMA cache_size = -65536;
  PRAGMA wal_autocheckpoint = 512;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA temp_store = MEMORY;
`;

const CLOSED = 'the database is closed';

/** A server of an older version may be at work on an older schema, and only a server changes it. */
function requireSchema(kind: DatabaseKind, file: string): void {
  const version = schemaVersionOf(kind, file);
  if (version === kind.migrations.length) return;
  throw new UnavailableError(
    `${file} has another schema than this program: update its server, or run gsp-otp migrate`,
  );
}

/** One SQLite file, one writing process; beside it, operators' commands in short steps. */
export class SqliteEngine {
  readonly database: DatabaseSync;
  readonly #file: string;
  /** What opening did to the schema. `undefined`: opened beside a server. */
  readonly migration: MigrationResult | undefined;
  readonly #group: GroupCommit;
  readonly #lock: DatabaseSync | undefined;
  #aside: CheckBeside | undefined;
  /** Its own name and those beside it; a deleted log takes with it what was committed. `undefined`: nothing is served. */
  readonly #place: FilePlace | undefined;
  /** Why nothing may be read or written at present. */
  #misplaced: string | undefined;
  /** Why the database can't be relied on any more, until a backup is restored. */
  #damaged: string | undefined;

  /**
   * Throws `UnavailableError` if another process serves from the file, or it is not a database of this
   * environment and a known schema version, or it is damaged; nothing was changed then.
   */
  constructor({ file, environment, beside, open = openPlainly }: SqliteOptions) {
    const serves = file !== ':memory:' && beside === undefined;
    this.#file = file;
    this.#lock = serves ? lockForServer(file, open) : undefined;
    let database: DatabaseSync | undefined;
    try {
      if (beside === 'write') requireSchema(otpStoreKind, file);
      const access = beside ?? 'create';
      const waitMs = beside === 'write' ? BESIDE_MS_MAX : BUSY_MS_MAX;
      const opened = openDatabase(otpStoreKind, { file, environment, access, waitMs, open });
      database = opened.database;
      database.exec(SETTINGS);
      this.migration = beside === undefined ? opened.migration : undefined;
      this.#group = new GroupCommit(database, () => this.#confirm());
      this.database = database;
      const note = (reason: string) => {
        this.#damaged = reason;
      };
      this.#aside = serves ? checkAtOpening(database, file, note) : undefined;
      // What a crash left in the log goes into the database before that is watched.
      if (serves) database.exec('PRAGMA wal_checkpoint');
      // SQLite keeps log and index for as long as the database is open.
      const onTouched = () => {
        this.#aside?.stop();
        this.#aside = checkBeside(file, note);
      };
      this.#place = serves ? new FilePlace(file, [lockFileOf(file)], onTouched) : undefined;
    } catch (error) {
      database?.close();
      this.#lock?.close();
      throw openingFailure(error, file);
    }
  }

  get durableCommits(): number {
    return this.#group.durableCommits;
  }

  /**
   * Why the store can't be relied on: one of its files is not where it was, and then every step and every question is
   * refused; or damage was found, or a schema that is not ours. Looks at the disk. `undefined`: all is well.
   */
  fault(): string | undefined {
    if (!this.database.isOpen) return CLOSED;
    this.#misplaced = this.#place?.fault();
    return this.#misplaced ?? this.#damaged ?? schemaFault(this.database, otpStoreKind, this.#file);
  }

  /** Resolves when what `run` did is durable; see `GroupCommit.step`. */
  async step<T>(run: () => T): Promise<T> {
    this.#requirePlace();
    try {
      return await this.#group.step(run);
    } catch (error) {
      throw this.#noted(error);
    }
  }

  /** What `ask` sees is committed: batches don't yield, so no transaction is open between them. */
  async read<T>(ask: () => T): Promise<T> {
    this.#requirePlace();
    try {
      this.#group.rollBack();
      return ask();
    } catch (error) {
      throw this.#noted(storageFailure(error));
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
      this.#aside?.stop();
      this.#place?.close();
      this.#lock?.close();
    }
  }

  #requirePlace(): void {
    if (!this.database.isOpen) throw new UnavailableError(CLOSED);
    if (this.#misplaced !== undefined) throw new UnavailableError(this.#misplaced);
  }

  /** A commit into a file that has lost its name is none: at the next start nobody would know of it. */
  #confirm(): void {
    this.#misplaced ??= this.#place?.fault(WRITTEN_FILES);
    if (this.#misplaced !== undefined) throw new UnavailableError(this.#misplaced);
  }

  /** Damage that one step meets is there for all, and makes the server not ready. */
  #noted(error: unknown): unknown {
    if (error instanceof UnavailableError && saysDamaged(error.cause)) this.#damaged ??= error.message;
    return error;
  }
}
