import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../until.ts';
import { type GuardedDirectory, unprivileged } from './guarded-directory.ts';

/** A server that runs as `unprivileged` and keeps no process of tests alive, but dies with it. */
export class GuardedProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  /** Starts it in `directory`, which has no other; what it prints goes to `log` there. */
  constructor(program: string, args: readonly string[], directory: GuardedDirectory) {
    const log = openSync(join(directory.path, 'log'), 'w');
    const options = { ...unprivileged, cwd: directory.path, env: { LC_ALL: 'C' }, detached: true };
    this.#child = spawn(program, args, { ...options, stdio: ['ignore', log, log] });
    closeSync(log);
    directory.note(this.#child.pid);
    this.#ended = once(this.#child, 'exit').then(() => directory.note(undefined));
    this.#child.unref();
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Sends a signal to the process alone, and waits for its end. One that doesn't end by it in a minute is killed. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.#child.ref();
    this.#child.kill(signal);
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), 60_000);
    await this.#ended;
    clearTimeout(kill);
  }

  /** Kills it and the processes that it started, and returns when all are gone. */
  async kill(): Promise<void> {
    const children = await childrenOf(this.#child.pid);
    for (const pid of children) signalIfThere(pid, 'SIGKILL');
    await this.end('SIGKILL');
    for (const pid of children) await until(async () => !(await isRunning(pid)));
  }

  /** Sends a signal to it and to the processes that it started. */
  async signalAll(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    for (const pid of await childrenOf(this.#child.pid)) signalIfThere(pid, signal);
  }
}

/** The processes that a process started and that have not ended; none, if it has. */
export async function childrenOf(pid: number | undefined): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

/** Whether it has not ended. One that has, but whose parent doesn't know yet, has no command line. */
export async function isRunning(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) !== '';
}
