import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { Failure } from '../terminal/failure.ts';

/** A terminal or a service manager signals every process of a group, and a launcher among them hands its own on. */
const sameSignalMs = 500;

/** How soon it is seen that npm has ended. */
const orphanedMs = 500;

/** The launcher, a shell, npm. */
const ANCESTORS_MAX = 3;

/**
 * Resolves at the first SIGTERM or SIGINT. A second one ends the process at once, for whoever doesn't want to wait
 * for the orderly stop; the same one within half a second is not a second one.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: { readonly signal: NodeJS.Signals; readonly atMs: number } | undefined;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        const nowMs = performance.now();
        first ??= { signal, atMs: nowMs };
        const second = signal !== first.signal || nowMs - first.atMs > sameSignalMs;
        if (second) process.exit(128 + constants.signals[signal]);
        resolve(signal);
      });
    }
    stopWithNpm(() => resolve('SIGTERM'));
  });
}

/** Aborts at the first SIGTERM or SIGINT, with a failure of the exit code that a shell would report. */
export function abortOnSignal(outcome: string, remedy: string): AbortSignal {
  const stop = new AbortController();
  stopSignal().then((signal) =>
    stop.abort(new Failure(`${signal}: ${outcome}`, remedy, 128 + constants.signals[signal])),
  );
  return stop.signal;
}

/** npm hands no signal on: started by it, this process is left behind when npm is ended, with another parent. */
function stopWithNpm(stop: () => void): void {
  const before = ancestors();
  if (process.env['npm_lifecycle_event'] === undefined || process.ppid === 1) return;
  const look = setInterval(() => {
    if (ancestors() === before) return;
    clearInterval(look);
    stop();
  }, orphanedMs).unref();
}

/** Every process from the parent up to npm, as far as the system tells: a shell is between, and perhaps our launcher. */
function ancestors(): string {
  const pids = [process.ppid];
  for (const pid of pids) {
    const { name, parent } = processOf(pid);
    if (pids.length === ANCESTORS_MAX || parent <= 1 || name.startsWith('npm ')) break;
    pids.push(parent);
  }
  return pids.join();
}

function processOf(pid: number): { readonly name: string; readonly parent: number } {
  try {
    // The name may have spaces and brackets in it.
    const [, name = '', parent] =
      /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
    return { name, parent: Number(parent) };
  } catch {
    return { name: '', parent: 0 };
  }
}
