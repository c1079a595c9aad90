import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { describeFileFault, describeKind } from '../ports/file-fault.ts';
import { maskFile } from './literal-credentials.ts';

/** Of secrets and keys. */
export const SECRET_BYTES_MAX = 65_536;
/** Of configurations, texts and lists. */
export const TEXT_BYTES_MAX = 1_048_576;

/** A file that can't be read, or is not to be: none, no regular one, or too large. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
  /** What would be accepted. */
  readonly accepted: string;

  constructor(message: string, accepted: string) {
    super(message);
    this.accepted = accepted;
  }
}

/** `cause`: an error of the system; whatever else it is, it is returned. What is no file may be a key in its place. */
function unreadable(cause: unknown, file: string): unknown {
  const fault = describeFileFault(cause, file);
  if (fault === undefined) return cause;
  return new UnreadableFile(fault.replaceAll(file, maskFile(file)), 'a file that can be read');
}

export interface ReadFile {
  readonly bytes: Buffer;
  readonly stats: Stats;
}

/**
 * Reads a regular file, or one that a link leads to, of `bytesMax` at most. Whatever else has a name among the files is
 * refused before it is opened: a pipe would wait for whoever writes to it, and a device need never end.
 * Throws `UnreadableFile`.
 */
export function readRegularFile(file: string, bytesMax: number): ReadFile {
  try {
    return readChecked(file, bytesMax);
  } catch (error) {
    throw unreadable(error, file);
  }
}

function readChecked(file: string, bytesMax: number): ReadFile {
  checkKind(file, statSync(file));
  // Put in its place just now, a pipe would still not be waited for. Windows knows neither flag nor pipe.
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(descriptor);
    checkKind(file, stats);
    const bytes = Buffer.alloc(bytesMax + 1);
    let length = 0;
    // The size that is told need not be the size that is there: some files grow, others say 0.
    for (let read = -1; read !== 0 && length <= bytesMax; length += Math.max(read, 0)) {
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    if (length > bytesMax)
      throw new UnreadableFile(
        `${file} is larger than ${bytesMax} bytes`,
        `a file of ${bytesMax} bytes at most`,
      );
    return { bytes: bytes.subarray(0, length), stats };
  } finally {
    closeSync(descriptor);
  }
}

/** The same as text, without a byte order mark. What is no UTF-8 is refused. */
export function readTextFile(file: string, bytesMax: number): string {
  const { bytes } = readRegularFile(file, bytesMax);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UnreadableFile(`${file} is not text in UTF-8`, 'a file in UTF-8');
  }
}

function checkKind(file: string, stats: Stats): void {
  const kind = describeKind(stats);
  if (kind !== undefined) throw new UnreadableFile(`${file} is ${kind}`, 'a regular file, or a link to one');
}
