import { tmpdir } from 'node:os';
import { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { format } from 'node:util';
import { runProgram } from '../../src/cli/program.ts';
import { startEnv } from '../../src/cli/terminal/start-env.ts';
import { escapeHiddenOn } from '../../src/cli/terminal/terminal.ts';

export interface EndedCommand {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandPlace {
  readonly cwd?: string;
  /** The whole environment, beside `NO_COLOR`. */
  readonly env?: Readonly<Record<string, string>>;
}

let turn: Promise<unknown> = Promise.resolve();

/**
 * Runs `gsp-otp` in the process of the test, where a process of its own would prove nothing more: most of what that takes is
 * loading. For commands that end by themselves, read no standard input and wait for no signal. One at a time, since
 * environment, working directory and standard output belong to the process.
 */
export function runHere(args: readonly string[], place: CommandPlace = {}): Promise<EndedCommand> {
  const ended = turn.then(() => run(args, place));
  turn = ended.catch(() => undefined);
  return ended;
}

async function run(
  args: readonly string[],
  { cwd = tmpdir(), env = {} }: CommandPlace,
): Promise<EndedCommand> {
  const [stdout, stderr] = [new Printed(), new Printed()];
  const restore = replaceWorld({ cwd, env: { NO_COLOR: '1', ...env }, stdout, stderr });
  try {
    return { code: await runProgram(args), stdout: stdout.text, stderr: stderr.text };
  } finally {
    restore();
  }
}

/** Takes the place of standard output or standard error, where nobody watches a terminal. */
class Printed extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

interface World {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdout: Printed;
  readonly stderr: Printed;
}

/** Gives the process what a new one would find. The function that is returned gives it back what it had. */
function replaceWorld({ cwd, env, stdout, stderr }: World): () => void {
  // The runner of the tests holds the streams themselves, so its reports go where they went.
  const before = { cwd: process.cwd(), env: process.env, exitCode: process.exitCode, log: console.error };
  const streams = { stdout: process.stdout, stderr: process.stderr };
  const listeners = process.eventNames().map((name) => [name, process.rawListeners(name)] as const);
  process.chdir(cwd);
  setEnvironment(env);
  process.exitCode = undefined;
  for (const [name, stream] of Object.entries({ stdout, stderr })) {
    escapeHiddenOn(stream as unknown as WriteStream);
    Object.defineProperty(process, name, { configurable: true, get: () => stream });
  }
  console.error = (...words: readonly unknown[]) => void stderr.write(`${format(...words)}\n`);
  return () => {
    process.chdir(before.cwd);
    setEnvironment(before.env);
    process.exitCode = before.exitCode;
    for (const [name, stream] of Object.entries(streams)) {
      Object.defineProperty(process, name, { configurable: true, get: () => stream });
    }
    console.error = before.log;
    removeListenersBut(new Map(listeners));
  };
}

/** Of the process, and the copy that the program took of it when it was loaded. */
function setEnvironment(env: Readonly<NodeJS.ProcessEnv>): void {
  process.env = env;
  const seen = startEnv as Record<string, string | undefined>;
  for (const name of Object.keys(seen)) delete seen[name];
  Object.assign(seen, env);
}

/** Some commands look out for signals until their process ends. */
function removeListenersBut(kept: ReadonlyMap<string | symbol, readonly unknown[]>): void {
  for (const name of process.eventNames()) {
    for (const listener of process.rawListeners(name)) {
      if (!kept.get(name)?.includes(listener)) process.off(name, listener as () => void);
    }
  }
}
