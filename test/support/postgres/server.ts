import { randomInt } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GuardedDirectory } from './guarded-directory.ts';
import { GuardedProcess } from './guarded-process.ts';
import { newData, type PostgresPrograms, programs } from './programs.ts';

/** No start takes so long, not even on a busy machine. */
const startMsMax = 60_000;

interface PostgresOptions {
  /**
   * Whether a commit is flushed to a disk, as in production: for measurements. Default: in memory, which is quicker and
   * survives the death of every process.
   */
  readonly durable?: boolean;
  /** Of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts a PostgreSQL 18 of its own on a free port of 127.0.0.1. It ends by `stop`, or with this process. */
export async function startPostgres({
  durable = false,
  settings = {},
}: PostgresOptions = {}): Promise<PostgresServer> {
  const binaries = await programs();
  const directory = await GuardedDirectory.make({ onDisk: durable });
  await newData(binaries, join(directory.path, 'data'));
  const server = new PostgresServer(binaries, directory, {
    fsync: durable ? 'on' : 'off',
    max_connections: '300',
    ...settings,
  });
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

export class PostgresServer {
  readonly #programs: PostgresPrograms;
  readonly #directory: GuardedDirectory;
  readonly #settings: Readonly<Record<string, string>>;
  #port: number | undefined;
  #process: GuardedProcess | undefined;

  constructor(
    binaries: PostgresPrograms,
    directory: GuardedDirectory,
    settings: Readonly<Record<string, string>>,
  ) {
    this.#programs = binaries;
    this.#directory = directory;
    this.#settings = settings;
  }

  /** Holds `data` and `log`. */
  get directory(): string {
    return this.#directory.path;
  }

  get port(): number {
    if (this.#port === undefined) throw new Error('it has not been started');
    return this.#port;
  }

  /** The URL of a database for the superuser `postgres`, who needs no password. Default: the database `postgres`. */
  url(database = 'postgres'): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }

  /** What it has printed. */
  log(): Promise<string> {
    return readFile(join(this.directory, 'log'), 'utf8');
  }

  /** Starts one that was ended, on the port that it had. Returns when it accepts connections; else throws, with its log. */
  async start(): Promise<void> {
    for (;;) {
      // Below the ports that the kernel gives away, so that it is free again at the next start.
      const port = this.#port ?? randomInt(20_000, 32_768);
      if (await this.#startOn(port)) return;
      const log = await this.log();
      const isTaken = this.#port === undefined && /Address already in use/.test(log);
      if (!isTaken) throw new Error(`PostgreSQL did not start:\n${log.slice(-4000)}`);
      await rm(join(this.directory, 'log'));
    }
  }

  /** Ends it and its connections, and removes its directory. */
  async stop(): Promise<void> {
    await this.shutDown();
    await this.#directory.remove();
  }

  /** Ends it and its connections, orderly. */
  async shutDown(): Promise<void> {
    await this.resume();
    await this.#process?.end('SIGINT');
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

  async #startOn(port: number): Promise<boolean> {
    const data = join(this.directory, 'data');
    const settings = {
      listen_addresses: '127.0.0.1',
      port: `${port}`,
      unix_socket_directories: '',
      ...this.#settings,
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    // A killed one leaves it behind.
    await rm(join(data, 'postmaster.pid'), { force: true });
    const started = new GuardedProcess(this.#programs.postgres, ['-D', data, ...options], this.#directory);
    this.#process = started;
    const until = performance.now() + startMsMax;
    while (!started.hasEnded) {
      const state = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
      if (/^ready *$/m.test(state)) {
        this.#port = port;
        return true;
      }
      if (performance.now() > until) await started.kill();
      await delay(10);
    }
    return false;
  }
}
