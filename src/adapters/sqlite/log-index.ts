import { closeSync, openSync, readSync } from 'node:fs';

/** What the index of a write-ahead log says at one moment. */
export interface LogState {
  /** Changes whenever SQLite begins to write into the database, and when it has ended. */
  readonly checkpoint: string;
  /** Whether nobody is writing into the database. */
  readonly settled: boolean;
  /** What stands in the log's header. `undefined`: anything may, for nothing of the log is read. */
  readonly salts: bigint | undefined;
  /** The log is at least as long. */
  readonly logBytes: number;
}

/** Two copies of a header of 48 bytes, then how much of the log stands in the database. */
const INDEX_BYTES = 136;
const COPY_BYTES = 48;
const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

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

  /** What it said before `look` and says after it. `undefined`: it was written meanwhile. */
  readAround(look: () => void): LogState | undefined {
    this.#read(this.#bytes);
    look();
    this.#read(this.#again);
    const bytes = this.#bytes;
    if (!bytes.equals(this.#again)) return undefined;
    if (bytes.compare(bytes, COPY_BYTES, 2 * COPY_BYTES, 0, COPY_BYTES) !== 0) return undefined;
    const frames = isLittleEndian ? bytes.readUInt32LE(16) : bytes.readUInt32BE(16);
    const size = isLittleEndian ? bytes.readUInt16LE(14) : bytes.readUInt16BE(14);
    const salts = bytes.readBigUInt64BE(32);
    const written = bytes.readUInt32BE(96);
    // A page of 65,536 bytes is written as 1.
    const frameBytes = FRAME_HEADER_BYTES + (size === 1 ? 65_536 : size);
    return {
      checkpoint: `${salts} ${written}`,
      settled: written === bytes.readUInt32BE(128),
      salts: frames === 0 ? undefined : salts,
      logBytes: frames === 0 ? 0 : LOG_HEADER_BYTES + frames * frameBytes,
    };
  }

  /** Only once the database is closed. */
  close(): void {
    closeSync(this.#descriptor);
  }

  #read(into: Buffer): void {
    into.fill(0, readSync(this.#descriptor, into, 0, INDEX_BYTES, 0));
  }
}
