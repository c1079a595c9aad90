import { type BigIntStats, closeSync, openSync, readSync, statSync } from 'node:fs';
import { FRAME_MARK_BYTES, LogIndex, type LogState } from './log-index.ts';

/** Of SQLite's file format. */
const DATABASE_HEADER_BYTES = 100;

interface WatchedFile {
  readonly file: string;
  readonly known: BigIntStats | undefined;
}

/**
 * Remembers which files stood under their names when it was made, and tells whether they still do, and hold what SQLite
 * wrote. An open file goes on without its name when it is deleted or replaced, and SQLite goes on from its memory when
 * one is emptied, written over or written into.
 */
export class FilePlace {
  readonly #files: readonly WatchedFile[];
  /** `undefined`: closed. */
  #content: FileContent | undefined;

  /**
   * `file`: an open database that keeps a log. `others`, beside those that SQLite makes for it, are watched too; what
   * is not there now must not be there later either. `onTouched` is told when the database has another moment although
   * nobody is known to have written: it was touched, or written into in its middle.
   */
  constructor(file: string, others: readonly string[], onTouched: () => void) {
    const [log, index] = [`${file}-wal`, `${file}-shm`];
    this.#content = new FileContent(file, log, index, onTouched);
    this.#files = [file, log, index, ...others].map((path) => ({ file: path, known: find(path) }));
  }

  /** What has happened to one of the files, or to one of the first `count`, ≥ 2: the database and its log. `undefined`: all is as it was. */
  fault(count = this.#files.length): string | undefined {
    if (this.#content === undefined) return undefined;
    let misplaced: string | undefined;
    const content = this.#content.fault(() => {
      const found = this.#files.slice(0, count).map(({ file }) => find(file));
      misplaced = this.#misplaced(found);
      // Of a file in another one's place nothing is kept: its own may come back.
      return misplaced === undefined ? found : [];
    });
    return misplaced ?? content;
  }

  /** Only once the database is closed; nothing is looked at from then on. */
  close(): void {
    this.#content?.close();
    this.#content = undefined;
  }

  #misplaced(found: readonly (BigIntStats | undefined)[]): string | undefined {
    const index = found.findIndex((now, at) => {
      const known = this.#files[at]?.known;
      return now?.ino !== known?.ino || now?.dev !== known?.dev;
    });
    if (index < 0) return undefined;
    const what = found[index] === undefined ? 'deleted or moved away' : 'replaced';
    return `${this.#files[index]?.file} was ${what} while it was open`;
  }
}

/**
 * Tells whether somebody else wrote into a database or its log. SQLite notes in the index whenever it writes into the
 * database, in whichever process; without such a note the header stays as it is. Each of our transactions counts in it, so
 * that an older copy on top, which keeps device and inode, has another one. The moments of a file say nothing: whoever
 * touches it changes them.
 */
class FileContent {
  readonly #database: string;
  readonly #log: string;
  readonly #index: LogIndex;
  readonly #onTouched: () => void;
  /** Held open as the index is, and for the same reason. */
  readonly #databaseDescriptor: number;
  /** SQLite holds no lock on a log itself, so that another descriptor may be closed at any time. */
  readonly #logDescriptor: number;
  readonly #header = Buffer.alloc(DATABASE_HEADER_BYTES);
  readonly #mark = Buffer.alloc(FRAME_MARK_BYTES);
  #known: { checkpoint: string; header: Buffer; size: bigint; mtimeNs: bigint } | undefined;
  /** For good: what was lost doesn't come back under an open database. */
  #fault: string | undefined;

  constructor(database: string, log: string, index: string, onTouched: () => void) {
    this.#database = database;
    this.#log = log;
    this.#onTouched = onTouched;
    this.#logDescriptor = openSync(log, 'r');
    this.#index = new LogIndex(index);
    this.#databaseDescriptor = openSync(database, 'r');
    this.fault(() => [find(database), find(log)]);
  }

  /** `stat` looks at the database and its log. */
  fault(stat: () => readonly (BigIntStats | undefined)[]): string | undefined {
    this.#fault = this.#look(stat) ?? this.#fault;
    return this.#fault;
  }

  close(): void {
    closeSync(this.#databaseDescriptor);
    closeSync(this.#logDescriptor);
    this.#index.close();
  }

  #look(stat: () => readonly (BigIntStats | undefined)[]): string | undefined {
    const around = this.#index.readAround(({ newest }) => {
      readInto(this.#databaseDescriptor, this.#header, 0);
      if (newest !== undefined) readInto(this.#logDescriptor, this.#mark, newest.markAt);
      return stat();
    });
    // While somebody is at it nothing can be said; the next look tells.
    if (around === undefined) return undefined;
    const { state, seen } = around;
    const [database, log] = seen;
    if (!database || !log) return undefined;
    const { newest } = state;
    if (newest !== undefined && (log.size < newest.endsAt || !this.#mark.equals(newest.mark)))
      return `${this.#log} ${WRITTEN}`;
    return this.#lookAtDatabase(state, database);
  }

  #lookAtDatabase({ checkpoint, settled }: LogState, { size, mtimeNs }: BigIntStats): string | undefined {
    const known = this.#known;
    if (!settled) this.#known = undefined;
    else if (known?.checkpoint !== checkpoint)
      this.#known = { checkpoint, header: Buffer.from(this.#header), size, mtimeNs };
    else if (known.size !== size || !known.header.equals(this.#header)) return `${this.#database} ${WRITTEN}`;
    else if (known.mtimeNs !== mtimeNs) {
      known.mtimeNs = mtimeNs;
      this.#onTouched();
    }
    return undefined;
  }
}

/** What a file is too short for reads as zeros. */
function readInto(descriptor: number, into: Buffer, at: number): void {
  into.fill(0, readSync(descriptor, into, 0, into.length, at));
}

const WRITTEN = 'was emptied or written over while it was open';

/** Device and inode, beyond what a double can hold. `undefined`: nothing has that name, or it can't be asked. */
function find(file: string): BigIntStats | undefined {
  try {
    return statSync(file, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
