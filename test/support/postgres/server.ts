import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { TestCertificate } from '../test-certificates.ts';
import { bounded } from './connect.ts';
import { GuardedDirectory } from './guarded-directory.ts';
import { LocalServer } from './local-server.ts';
import { newData, type PostgresPrograms, postgres18 } from './programs.ts';

const run = promisify(execFile);

interface PostgresOptions {
  /** Default: those of PostgreSQL 18. */
  readonly programs?: PostgresPrograms;
  /**
   * Whether a commit is flushed to a disk, as in production: for measurements. Default: in memory, which is quicker and
   * survives the death of every process.
   */
  readonly durable?: boolean;
  /** All that it may write, as on a disk of that size; in memory, and only for root. */
  readonly diskBytes?: number | undefined;
  /** Of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Offers TLS with it. */
  readonly certificate?: TestCertificate;
  /** Lines of pg_hba.conf that go before the one that lets everybody in: who needs TLS or a password. */
  readonly access?: readonly string[];
}

/** Starts a PostgreSQL of its own on a free port of 127.0.0.1. It ends by `stop`, or with this process. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const { programs = await postgres18(), durable = false, diskBytes } = options;
  const directory = await GuardedDirectory.make({ onDisk: durable, bytesMax: diskBytes });
  const data = join(directory.path, 'data');
  await newData(programs, data);
  if (options.certificate) {
    await directory.write('data/server.crt', options.certificate.certificate);
    await directory.write('data/server.key', options.certificate.key);
  }
  const hba = join(data, 'pg_hba.conf');
  await writeFile(hba, [...(options.access ?? []), await readFile(hba, 'utf8')].join('\n'));
  const server = new PostgresServer(programs, directory, {
    fsync: durable ? 'on' : 'off',
    // In its directory: a killed server leaves what is elsewhere in memory.
    dynamic_shared_memory_type: durable ? 'posix' : 'mmap',
    max_connections: '300',
    ssl: options.certificate ? 'on' : 'off',
    ...options.settings,
  });
  await server.start().catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  return server;
}

export class PostgresServer extends LocalServer {
  readonly programs: PostgresPrograms;
  /** With which it is started. */
  readonly settings: Readonly<Record<string, string>>;

  constructor(
    programs: PostgresPrograms,
    directory: GuardedDirectory,
    settings: Readonly<Record<string, string>>,
    port?: number,
  ) {
    const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings };
    const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const data = join(directory.path, 'data');
    super(
      {
        program: programs.postgres,
        argsFor: (port) => ['-D', data, '-p', `${port}`, ...options],
        ready: /ready to accept (read-only )?connections/,
        endSignal: 'SIGINT',
      },
      directory,
      port,
    );
    this.programs = programs;
    this.settings = settings;
  }

  /** The URL of a database for the superuser `postgres`, who needs no password. Default: the database `postgres`. */
  url(database = 'postgres'): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }

  override async start(): Promise<void> {
    // A killed one leaves it behind, and by now the number may be that of another process.
    await rm(join(this.directory, 'data/postmaster.pid'), { force: true });
    await super.start();
  }

  override async kill(): Promise<void> {
    await super.kill();
    await this.#freeSharedMemory();
  }

  /** The rows of one statement of the superuser, on a connection of its own. */
  async query(
    statement: string,
    values: readonly unknown[] = [],
    database?: string,
  ): Promise<readonly pg.QueryResultRow[]> {
    const client = new pg.Client({ connectionString: this.url(database), ...bounded });
    await client.connect();
    try {
      return (await client.query(statement, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  /** Of the kernel's few segments it leaves one, unless it is started again. */
  async #freeSharedMemory(): Promise<void> {
    const lines = await readFile(join(this.directory, 'data/postmaster.pid'), 'utf8').catch(() => '');
    const [, , , , , , segment = ''] = lines.split('\n');
    const [, id] = segment.trim().split(/ +/);
    if (id !== undefined) await run('ipcrm', ['-m', id]).catch(() => undefined);
  }
}
