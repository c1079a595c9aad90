import { type BigIntStats, closeSync, openSync, readSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/**
 * Remembers which files stood under their names when it was made, and tells whether they still do, and hold what they
 * held. An open file goes on without its name when it is deleted or replaced, and SQLite goes on from its memory when
 * one is emptied or written over; what is written then is gone at the next start.
 */
export class FilePlace {
  readonly #database: DatabaseSync;
  readonly #files: readonly { readonly file: string; readonly known: BigIntStats | undefined }[];
  /** Of the database, when it was looked at last. */
  #bytes: bigint;

  /** `files`: the database, then those beside it. What is not there now must not be there later either. */
  constructor(database: DatabaseSync, files: readonly string[]) {
    this.#database = database;
    this.#files = files.map((file) => ({ file, known: find(file) }));
    this.#bytes = this.#files[0]?.known?.size ?? 0n;
  }

  /** What has happened to one of the files, or of the first `count` of them. `undefined`: all are in their place. */
  fault(count = this.#files.length): string | undefined {
    for (const { file, known } of this.#files.slice(0, count)) {
      const found = find(file);
      if (found?.ino !== known?.ino || found?.dev !== known?.dev) {
        return found === undefined
          ? `${file} was deleted or moved away while it was open`
          : `${file} was replaced while it was open`;
      }
      if (found !== undefined && this.#isWrittenOver(file, found)) {
        return `${file} was emptied or written over while it was open`;
      }
    }
    return undefined;
  }

  #isWrittenOver(file: string, { size }: BigIntStats): boolean {
    if (file.endsWith('-wal')) return size > 0n && !beginsAsLog(file);
    return file === this.#files[0]?.file && this.#isCut(size);
  }

  /** A database grows with its checkpoints; shorter than it was it may be once somebody has compacted it. */
  #isCut(bytes: bigint): boolean {
    if (bytes < this.#bytes && (bytes === 0n || bytes < this.#bytesNeeded())) return true;
    this.#bytes = bytes;
    return false;
  }

  #bytesNeeded(): bigint {
    const pages = 'SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size';
    return BigInt(Number(this.#database.prepare(pages).get()?.['bytes']));
  }
}

/** What SQLite begins each log with, but for the lowest bit. An emptied one is written on where it was, after a hole. */
const LOG_MAGIC = 0x377f0682;

/** SQLite holds no lock on a log itself, so that it may be opened and closed beside it. */
function beginsAsLog(file: string): boolean {
  const header = Buffer.alloc(4);
  try {
    const descriptor = openSync(file, 'r');
    try {
      readSync(descriptor, header);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Want of descriptors says nothing of the log.
    return true;
  }
  return (header.readUInt32BE() & ~1) === LOG_MAGIC;
}

/** Device and inode, beyond what a double can hold. `undefined`: nothing has that name, or it can't be asked. */
function find(file: string): BigIntStats | undefined {
  try {
    return statSync(file, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
