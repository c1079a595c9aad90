import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { GuardedDirectory, unprivileged } from './postgres/guarded-directory.ts';
import { LocalServer } from './postgres/local-server.ts';

/** Of Debian. */
const PROGRAM = '/usr/sbin/mariadbd';
/** What mariadb-install-db feeds to it; that script wants the client as well. */
const TABLES = ['mysql_system_tables', 'mysql_performance_tables', 'mysql_system_tables_data'];
/** A statement a line. */
const BEFORE = `CREATE DATABASE mysql;
USE mysql;
SET @auth_root_socket = NULL;
SET @current_hostname = 'localhost';
`;

/** Starts a MariaDB of its own, with an empty database `bank` and the user `root`, who needs no password. It ends by `stop`, or with this process. */
export async function startMariadb(settings: readonly string[] = []): Promise<MariadbServer> {
  const directory = await GuardedDirectory.make({ onDisk: false });
  const server = new MariadbServer(directory, settings);
  try {
    await directory.makeDirectory('data');
    await makeTables(join(directory.path, 'data'));
    await server.start();
    await server.query('CREATE DATABASE bank CHARACTER SET utf8mb4 COLLATE utf8mb4_bin', 'mysql');
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

export class MariadbServer extends LocalServer {
  constructor(directory: GuardedDirectory, settings: readonly string[]) {
    const data = join(directory.path, 'data');
    const socket = join(directory.path, 'socket');
    const argsFor = (port: number) => [
      ...['--no-defaults', `--datadir=${data}`, `--socket=${socket}`, `--port=${port}`],
      ...[
        '--bind-address=127.0.0.1',
        '--skip-name-resolve',
        '--innodb-flush-log-at-trx-commit=0',
        ...settings,
      ],
    ];
    super({ program: PROGRAM, argsFor, ready: /ready for connections/, endSignal: 'SIGTERM' }, directory);
  }

  /** The rows of one statement of `root`, on a connection of its own. */
  async query(statement: string, database = 'bank', values: readonly unknown[] = []): Promise<unknown> {
    const connection = await createConnection({ host: '127.0.0.1', port: this.port, user: 'root', database });
    try {
      return (await connection.query(statement, [...values]))[0];
    } finally {
      await connection.end();
    }
  }
}

async function makeTables(data: string): Promise<void> {
  const scripts = TABLES.map((name) => readFile(`/usr/share/mysql/${name}.sql`, 'utf8'));
  const program = spawn(PROGRAM, ['--no-defaults', '--bootstrap', `--datadir=${data}`], {
    ...unprivileged,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  program.stdin.end(BEFORE + (await Promise.all(scripts)).join(''));
  const [code] = await once(program, 'exit');
  if (code !== 0) throw new Error(`mariadbd --bootstrap ended with ${code}`);
}
