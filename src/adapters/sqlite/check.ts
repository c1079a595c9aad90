import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { UnavailableError } from '../../ports/unavailable.ts';
import { openingFailure } from './failure.ts';
import { removeAtExit } from './remove-at-exit.ts';

/**
 * `quick`: every page of the database, but not what its indexes say; about 2 ms a MiB. `thorough`: every page and every
 * entry of an index; about 30 ms a MiB.
 */
export type Depth = 'quick' | 'thorough';

const PRAGMAS = { quick: 'quick_check', thorough: 'integrity_check' } as const;

/** About a quarter of a second. What is larger is looked at beside the server. */
const AT_ONCE_BYTES_MAX = 134_217_728;

/** By which Windows and a Node of shared libraries start at all. */
const NEEDED_TO_START = ['SystemRoot', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'];

const PROCESS = fileURLToPath(new URL('./check-process.ts', import.meta.url));

/** Throws `UnavailableError` that names the file if something in it makes no sense. The whole process waits. */
export function check(database: DatabaseSync, file: string, depth: Depth): void {
  let found: unknown;
  try {
    const pragma = PRAGMAS[depth];
    found = database.prepare(`PRAGMA ${pragma}(1)`).get()?.[pragma];
  } catch (error) {
    throw openingFailure(error, file);
  }
  // Its own words may hold what stands in the file.
  if (found !== 'ok') throw new UnavailableError(damaged(file));
}

function damaged(file: string): string {
  return `${file} is damaged; restore a backup`;
}

export interface CheckBeside {
  /** Ends it without a verdict. Safe to call twice. */
  stop(): void;
}

/**
 * Checks a database at its opening: a small one at once, throwing as `check` does; a large one as `checkBeside` does.
 */
export function checkAtOpening(
  database: DatabaseSync,
  file: string,
  onDamaged: (reason: string) => void,
): CheckBeside {
  if (file === ':memory:' || statSync(file).size <= AT_ONCE_BYTES_MAX) {
    check(database, file, 'quick');
    return { stop: () => {} };
  }
  return checkBeside(file, onDamaged);
}

/** A quick check that may take minutes and holds up nothing; it tells `onDamaged` alone. */
export function checkBeside(file: string, onDamaged: (reason: string) => void): CheckBeside {
  const { child, code } = startCheck(file, 'quick');
  child.unref();
  void code.then((ended) => {
    // Whatever else ends it, a signal or want of memory, says nothing of the database.
    if (ended === DAMAGED_EXIT) onDamaged(damaged(file));
  });
  return { stop: () => void child.kill('SIGKILL') };
}

/**
 * A thorough check. Rejects with an `UnavailableError` that names the file if something in it makes no sense, or it
 * could not be checked; and with the reason of the signal, at once, if that is aborted.
 */
export async function checkThroughout(file: string, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const { child, code } = startCheck(file, 'thorough');
  const stop = () => void child.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const ended = await code;
    signal?.throwIfAborted();
    if (ended === DAMAGED_EXIT) throw new UnavailableError(`${file} is damaged`);
    if (ended !== 0) throw new UnavailableError(`${file} could not be checked`);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

export const DAMAGED_EXIT = 3;

/** In a process of its own, which ends with this one. `code`: `null` if it could not be started or was killed. */
function startCheck(file: string, depth: Depth) {
  // The environment may hold secrets, which have no business there.
  const env = Object.fromEntries(
    NEEDED_TO_START.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  const child = spawn(process.execPath, [PROCESS, file, depth], { stdio: 'ignore', env });
  const keep = removeAtExit(() => child.kill('SIGKILL'));
  const code = once(child, 'exit')
    .then(
      ([ended]) => ended as number | null,
      () => null,
    )
    .finally(keep);
  return { child, code };
}
