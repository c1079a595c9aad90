import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { UnavailableError } from '../../ports/unavailable.ts';
import { openingFailure } from './failure.ts';

/** About a quarter of a second. What is larger is looked at beside the server. */
const AT_ONCE_BYTES_MAX = 134_217_728;

/** By which Windows and a Node of shared libraries start at all. */
const NEEDED_TO_START = ['SystemRoot', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'];

const PROCESS = fileURLToPath(new URL('./quick-check-process.ts', import.meta.url));

/**
 * Goes through every page of the database, but not through what its indexes say. Throws `UnavailableError` that
 * names the file if one makes no sense. Takes about 2 ms a MiB.
 */
export function quickCheck(database: DatabaseSync, file: string): void {
  let found: unknown;
  try {
    found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  } catch (error) {
    throw openingFailure(error, file);
  }
  // Its own words may hold what stands in the file.
  if (found !== 'ok') throw new UnavailableError(`${file} is damaged; restore a backup`);
}

export interface CheckAside {
  /** Ends it without a verdict. Safe to call twice. */
  stop(): void;
}

/**
 * Checks a database at its opening: a small one at once, throwing as `quickCheck` does; a large one as `checkBeside` does.
 */
export function checkAtOpening(
  database: DatabaseSync,
  file: string,
  onDamaged: (reason: string) => void,
): CheckAside {
  if (file === ':memory:' || statSync(file).size <= AT_ONCE_BYTES_MAX) {
    quickCheck(database, file);
    return { stop: () => {} };
  }
  return checkBeside(file, onDamaged);
}

/** Checks a database in a process of its own, which may take minutes, holds up nothing, and tells `onDamaged` alone. */
export function checkBeside(file: string, onDamaged: (reason: string) => void): CheckAside {
  // The environment may hold secrets, which have no business there.
  const env = Object.fromEntries(
    NEEDED_TO_START.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  const child = spawn(process.execPath, [PROCESS, file], { stdio: 'ignore', env });
  child.unref();
  tellWhenDamaged(child, () => onDamaged(`${file} is damaged; restore a backup`));
  return { stop: () => void child.kill('SIGKILL') };
}

export const DAMAGED_EXIT = 3;

function tellWhenDamaged(child: ChildProcess, tell: () => void): void {
  // Whatever else ends it, a signal or want of memory, says nothing of the database.
  child.on('error', () => {});
  child.on('exit', (code) => {
    if (code === DAMAGED_EXIT) tell();
  });
}
