import { closeSync, openSync, readSync } from 'node:fs';

/** What the index of a write-ahead log says at one moment. */
export interface LogState {
  /** Changes whenever SQLite begins to write into the database, and when it has ended. */
  readonly checkpoint: string;
  /** Whether nobody is writing into the database. */
  readonly settled: boolean;
  /** The newest frame of the log. `undefined`: nothing of the log is read. */
  readonly newest: NewestFrame | undefined;
}

export interface NewestFrame {
  /** Where in the log its salts and its checksum stand. */
  readonly markAt: number;
  /** What stands there: the checksum is one of the whole log up to this frame. */
  readonly mark: Buffer;
  /** The log is at least as long. */
  readonly endsAt: number;
}

/** Two salts and two halves of a checksum. */
export const FRAME_MARK_BYTES = 16;

/** Two copies of a header of 48 bytes, then how much of the log stands in the database. */
const INDEX_BYTES = 136;
const COPY_BYTES = 48;
const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const FRAME_MARK_AT = 8;

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * The index of a write-ahead log, `-shm`, as https://www.sqlite.org/walformat.html has it. In it SQLite notes that it is
 * about to write into the database, and that it has done so.
 */
export class LogIndex {
  readonly #descriptor: number;
  readonly #bytes = Buffer.alloc(INDEX_BYTES);
  readonly #again = Buffer.alloc(INDEX_BYTES);

  /** Held open: to close it while the database is open would drop the locks that SQLite has on it. */
  constructor(file: string) {
    this.#descriptor = openSync(file, 'r');
  }

  /** What it says, and what `look` then yields. `undefined`: it was written meanwhile. */
  readAround<T>(look: (state: LogState) => T): { readonly state: LogState; readonly seen: T } | undefined {
    const bytes = this.#bytes;
    this.#read(bytes);
    if (bytes.compare(bytes, COPY_BYTES, 2 * COPY_BYTES, 0, COPY_BYTES) !== 0) return undefined;
    const written = bytes.readUInt32BE(96);
    const state = {
      checkpoint: `${bytes.readBigUInt64BE(32)} ${written}`,
      settled: written === bytes.readUInt32BE(128),
      newest: newestFrame(bytes),
    };
    const seen = look(state);
    this.#read(this.#again);
    return bytes.equals(this.#again) ? { state, seen } : undefined;
  }

  /** Only once the database is closed. */
  close(): void {
    closeSync(this.#descriptor);
  }

  #read(into: Buffer): void {
    into.fill(0, readSync(this.#descriptor, into, 0, INDEX_BYTES, 0));
  }
}

function newestFrame(index: Buffer): NewestFrame | undefined {
  const frames = isLittleEndian ? index.readUInt32LE(16) : index.readUInt32BE(16);
  if (frames === 0) return undefined;
  const size = isLittleEndian ? index.readUInt16LE(14) : index.readUInt16BE(14);
  // A page of 65,536 bytes is written as 1.
  const frameBytes = FRAME_HEADER_BYTES + (size === 1 ? 65_536 : size);
  const endsAt = LOG_HEADER_BYTES + frames * frameBytes;
  const checksum = Buffer.from(index.subarray(24, 32));
  const mark = Buffer.concat([index.subarray(32, 40), isLittleEndian ? checksum.swap32() : checksum]);
  return { markAt: endsAt - frameBytes + FRAME_MARK_AT, mark, endsAt };
}
