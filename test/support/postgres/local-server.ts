import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { GuardedDirectory } from './guarded-directory.ts';
import { GuardedProcess } from './guarded-process.ts';

/** No start takes so long, not even on a busy machine. */
const startMsMax = 60_000;

/** How a program of others is run as a server. */
export interface LocalProgram {
  readonly program: string;
  /** For the port of 127.0.0.1 that it is to listen on. */
  readonly argsFor: (port: number) => readonly string[] | Promise<readonly string[]>;
  /** What its log has when it accepts connections. */
  readonly ready: RegExp;
  /** By which it ends orderly, and its connections with it. */
  readonly endSignal: NodeJS.Signals;
}

/** A server on a free port of 127.0.0.1 that may be ended, killed, stopped and started again. It ends with this process. */
export class LocalServer {
  readonly #program: LocalProgram;
  readonly #directory: GuardedDirectory;
  #port: number | undefined;
  #process: GuardedProcess | undefined;

  /** It isn't started yet. Default of `port`: a free one, chosen at the first start. */
  constructor(program: LocalProgram, directory: GuardedDirectory, port?: number) {
    this.#program = program;
    this.#directory = directory;
    this.#port = port;
  }

  get directory(): string {
    return this.#directory.path;
  }

  get port(): number {
    if (this.#port === undefined) throw new Error('it has not been started');
    return this.#port;
  }

  /** What it has printed since it was last started. */
  log(): Promise<string> {
    return readFile(join(this.directory, 'log'), 'utf8').catch(() => '');
  }

  /**
   * Starts it, again on the port that it had. Returns when it accepts connections; else throws, with its log, and it does
   * not run.
   */
  async start(): Promise<void> {
    for (;;) {
      // Below the ports that the kernel gives away, so that it is free again at the next start.
      const port = this.#port ?? randomInt(20_000, 32_768);
      if (await this.#startsOn(port)) {
        this.#port = port;
        return;
      }
      const log = await this.log();
      if (this.#port === undefined && /Address already in use/.test(log)) continue;
      throw new Error(`${this.#program.program} did not start:\n${log.slice(-4000)}`);
    }
  }

  /** Starts it where it ended by itself. */
  async ensureRunning(): Promise<void> {
    if (this.#process?.hasEnded) await this.start();
  }

  /** Ends it, and removes its directory. */
  async stop(): Promise<void> {
    await this.shutDown();
    await this.#directory.remove();
  }

  async shutDown(): Promise<void> {
    await this.resume();
    await this.#process?.end(this.#program.endSignal);
  }

  /** Ends all its processes by SIGKILL. */
  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** Stops all its processes: connections stay open, and nothing answers. */
  async pause(): Promise<void> {
    await this.#process?.signalAll('SIGSTOP');
  }

  async resume(): Promise<void> {
    await this.#process?.signalAll('SIGCONT');
  }

  async #startsOn(port: number): Promise<boolean> {
    const { program, argsFor, ready } = this.#program;
    const started = new GuardedProcess(program, await argsFor(port), this.#directory);
    this.#process = started;
    const until = performance.now() + startMsMax;
    while (!started.hasEnded) {
      if (ready.test(await this.log())) return true;
      if (performance.now() > until) await started.kill();
      await delay(10);
    }
    return false;
  }
}
