import { join } from 'node:path';
import { GuardedDirectory } from './guarded-directory.ts';
import { LocalServer } from './local-server.ts';
import type { PostgresServer } from './server.ts';

/**
 * Starts PgBouncer 1.18 of Debian in transaction mode before a server: all its clients share two connections, on which
 * each may find what another left there. It ends by `stop`, or with this process.
 */
export async function startPgBouncer(server: Pick<PostgresServer, 'port'>): Promise<PgBouncer> {
  const directory = await GuardedDirectory.make({ onDisk: false });
  const bouncer = new PgBouncer(server, directory);
  await bouncer.start().catch(async (error: unknown) => {
    await bouncer.stop();
    throw error;
  });
  return bouncer;
}

export class PgBouncer extends LocalServer {
  constructor(server: Pick<PostgresServer, 'port'>, directory: GuardedDirectory) {
    const settings = join(directory.path, 'settings');
    const argsFor = async (port: number) => {
      await directory.write('users', '"postgres" ""\n');
      await directory.write(
        'settings',
        `[databases]
        * = host=127.0.0.1 port=${server.port}
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = ${port}
        unix_socket_dir =
        pool_mode = transaction
        default_pool_size = 2
        server_login_retry = 1
        auth_type = trust
        auth_file = ${join(directory.path, 'users')}
        `,
      );
      return [settings];
    };
    super({ program: '/usr/sbin/pgbouncer', argsFor, ready: /process up/, endSignal: 'SIGTERM' }, directory);
  }

  /** As that of the server. */
  url(database = 'postgres'): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }
}
