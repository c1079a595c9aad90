import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UnavailableError } from './unavailable.ts';

/** Why the system refused a file, in words for an operator. `undefined`: the error is not the system's. */
export function describeFileFault(error: unknown, file: string): string | undefined {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return undefined;
  const { code, message } = error;
  if (code === 'ENOENT') return `${file} does not exist`;
  if (code === 'ENOTDIR') return `${file} does not exist: part of its path is no directory`;
  if (code === 'EACCES') {
    const closed = foldersAbove(resolve(file)).find((folder) => !mayEnter(folder));
    return closed === undefined
      ? `the user of this process has no permission for ${file}`
      : `the folder ${closed} can't be entered by the user of this process`;
  }
  // As Node writes it: `ELOOP: too many symbolic links encountered, stat 'file'`.
  const [, words = code] = /^[A-Z0-9]+: (.+?), [a-z]+/.exec(message) ?? [];
  return `${file}: ${words}`;
}

/** What it is that is no regular file, such as `a pipe`. `undefined`: it is one. */
export function describeKind(stats: Stats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return 'a directory';
  if (stats.isSymbolicLink()) return 'a link';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

/**
 * What has that name, or what a link of that name leads to. `undefined`: nothing. Throws `UnavailableError` that says why
 * where it can't be known: Node's own `existsSync` takes what this process may not see for missing.
 */
export function statIfThere(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    const fault = describeFileFault(error, file);
    throw fault === undefined ? error : new UnavailableError(fault);
  }
}

/** Whether something has that name. Throws as `statIfThere` does. */
export function isThere(file: string): boolean {
  return statIfThere(file) !== undefined;
}

/** From the root down. */
function foldersAbove(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...foldersAbove(parent), parent];
}

function mayEnter(folder: string): boolean {
  try {
    accessSync(folder, constants.X_OK);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'EACCES');
  }
}
