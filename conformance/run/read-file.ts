import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { getSystemErrorMessage } from 'node:util';

/** Of configurations, keys and lists. */
const FILE_BYTES_MAX = 1_048_576;

/**
 * The text of a regular file, or of one that a link leads to. A pipe would wait for whoever writes to it, and a device
 * need never end: neither is opened. Throws `Error` with what is wrong.
 */
export function readTextFile(file: string): string {
  try {
    return readChecked(file);
  } catch (error) {
    const { code, errno } = error as NodeJS.ErrnoException;
    if (errno === undefined) throw error;
    if (code === 'ENOENT') throw new Error(`${file} does not exist`);
    throw new Error(`${file}: ${getSystemErrorMessage(errno)}`);
  }
}

function readChecked(file: string): string {
  if (!statSync(file).isFile()) throw new Error(`${file} is no regular file, nor a link to one`);
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error(`${file} is no regular file`);
    const bytes = Buffer.alloc(FILE_BYTES_MAX + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length <= FILE_BYTES_MAX; length += Math.max(read, 0)) {
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    if (length > FILE_BYTES_MAX) throw new Error(`${file} is larger than ${FILE_BYTES_MAX} bytes`);
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}
