import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { explainError } from '../terminal/explain-error.ts';
import { Failure } from '../terminal/failure.ts';
import { asTyped } from '../terminal/invocation.ts';

/** A terminal or a service manager signals every process of a group, and a launcher among them hands its own on. */
const sameSignalMs = 500;

/** How soon it is seen that npm has ended. */
const orphanedMs = 500;

/** The launcher, a shell, npm. */
const ANCESTORS_MAX = 3;

/**
 * Resolves at the first SIGTERM or SIGINT. A second one calls `hurry`, for whoever doesn't want to wait for the orderly
 * stop, and a third one ends the process at once; without `hurry` the second one does. The same signal within half a
 * second is no other one.
 */
export function stopSignal(hurry?: (signal: NodeJS.Signals) => void): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const steps = [resolve, hurry ?? exit];
    let last: { readonly signal: NodeJS.Signals; readonly atMs: number } | undefined;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        const nowMs = performance.now();
        if (signal === last?.signal && nowMs - last.atMs <= sameSignalMs) return;
        last = { signal, atMs: nowMs };
        const step = steps.shift() ?? exit;
        step(signal);
      });
    }
    stopWithNpm(() => resolve('SIGTERM'));
  });
}

function exit(signal: NodeJS.Signals): void {
  process.exit(exitCodeFor(signal));
}

/** As a shell reports it. */
export function exitCodeFor(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** Aborts at the first SIGTERM or SIGINT, with the failure that the command ends with. */
export function abortOnSignal(outcome: string, remedy: string): AbortSignal {
  const stop = new AbortController();
  stopSignal().then((signal) => stop.abort(stoppedBy(signal, outcome, remedy)));
  return stop.signal;
}

/** What a command that was stopped ends with: the exit code is the one that a shell would report. */
export function stoppedBy(signal: NodeJS.Signals, outcome: string, remedy: string): Failure {
  return new Failure(`${signal}: ${outcome}`, remedy, exitCodeFor(signal));
}

/**
 * Does work that waits for others or computes for seconds, and that may be left at any point. The first SIGTERM or SIGINT
 * meanwhile says what came of it and ends the process, whatever is still waited for.
 */
export async function orStopped<T>(
  work: () => Promise<T>,
  outcome: string,
  remedy = 'Run it again.',
): Promise<T> {
  let done = false;
  stopSignal().then((signal) => {
    if (done) return;
    const failure = stoppedBy(signal, outcome, remedy);
    console.error(asTyped(explainError(failure)));
    process.exit(failure.exitCode);
  });
  try {
    return await work();
  } finally {
    done = true;
  }
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
