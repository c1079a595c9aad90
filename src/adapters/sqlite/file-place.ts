import { type BigIntStats, closeSync, openSync, readSync, statSync } from 'node:fs';
import { LogIndex } from './log-index.ts';

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
  /** `undefined`: not looked at, or not any more. */
  #content: FileContent | undefined;

  /** `files`: the database, its `-wal`, its `-shm`, others. What is not there now must not be there later either. */
  constructor(files: readonly string[]) {
    const [database, log, index] = files;
    if (database !== undefined && log !== undefined && index !== undefined)
      this.#content = new FileContent(database, log, index);
    this.#files = files.map((file) => ({ file, known: find(file) }));
  }

  /** What has happened to one of the files, or of the first `count` of them, ≥ 2. `undefined`: all is as it was. */
  fault(count = this.#files.length): string | undefined {
    if (this.#content === undefined) return undefined;
    let misplaced: string | undefined;
    const content = this.#content.fault(() => {
      const found = this.#files.slice(0, count).map(({ file }) => find(file));
      misplaced = this.#misplaced(found);
      return found;
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
 * database, in whichever process, so what has another size or moment without such a note was written by others. A
 * copy on top that keeps device and inode is found that way, whatever it is a copy of.
 */
class FileContent {
  readonly #database: string;
  readonly #log: string;
  readonly #index: LogIndex;
  /** SQLite holds no lock on a log itself, so that another descriptor may be closed at any time. */
  readonly #logDescriptor: number;
  readonly #logHeader = Buffer.alloc(24);
  #known: { readonly checkpoint: string; readonly mtimeNs: bigint; readonly size: bigint } | undefined;
  /** For good: what was lost doesn't come back under an open database. */
  #fault: string | undefined;

  constructor(database: string, log: string, index: string) {
    this.#database = database;
    this.#log = log;
    this.#index = new LogIndex(index);
    try {
      this.#logDescriptor = openSync(log, 'r');
    } catch (error) {
      this.#index.close();
      throw error;
    }
    this.fault(() => [find(database), find(log)]);
  }

  /** `stat` looks at the database and its log. */
  fault(stat: () => readonly (BigIntStats | undefined)[]): string | undefined {
    this.#fault = this.#look(stat) ?? this.#fault;
    return this.#fault;
  }

  close(): void {
    closeSync(this.#logDescriptor);
    this.#index.close();
  }

  #look(stat: () => readonly (BigIntStats | undefined)[]): string | undefined {
    let found: readonly (BigIntStats | undefined)[] = [];
    const state = this.#index.readAround(() => {
      found = stat();
      readSync(this.#logDescriptor, this.#logHeader, 0, 24, 0);
    });
    const [database, log] = found;
    // While somebody is at it nothing can be said; the next look tells.
    if (state === undefined || !database || !log) return undefined;
    const { checkpoint, settled, salts, logBytes } = state;
    if (salts !== undefined && (log.size < logBytes || this.#logHeader.readBigUInt64BE(16) !== salts))
      return `${this.#log} ${WRITTEN}`;
    const { mtimeNs, size } = database;
    if (!settled) this.#known = undefined;
    else if (this.#known?.checkpoint !== checkpoint) this.#known = { checkpoint, mtimeNs, size };
    else if (this.#known.mtimeNs !== mtimeNs || this.#known.size !== size)
      return `${this.#database} ${WRITTEN}`;
    return undefined;
  }
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
