import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describeFileFault } from './file-fault.ts';
import { UnavailableError } from './unavailable.ts';

/**
 * Makes a folder that is for its owner alone, and those above it that are missing; one that is there stays as it is.
 * Throws `UnavailableError` that says which folder can't be made, and why. Node's own `recursive` never ends where the
 * system denies that a folder exists in which it lets nobody make another, as in `/proc`.
 */
export function makePrivateFolder(folder: string): void {
  const path = resolve(folder);
  try {
    if (isFolder(path)) return;
    const parent = dirname(path);
    if (!isFolder(parent)) makePrivateFolder(parent);
    makeOne(path);
  } catch (error) {
    if (error instanceof UnavailableError) throw error;
    const fault = isCode(error, 'ENOENT')
      ? `nothing can be made in ${dirname(path)}`
      : describeFileFault(error, path);
    throw new UnavailableError(`the folder ${path} can't be made: ${fault ?? error}`);
  }
}

/** Another process may have made it just now. */
function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!isCode(error, 'EEXIST') || !isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
