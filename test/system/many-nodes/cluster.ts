import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionTo } from '../../support/postgres/connection.ts';
import { type PgBouncer, startPgBouncer } from '../../support/postgres/pgbouncer.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres/server.ts';
import { makeSynchronous, promote, startStandby } from '../../support/postgres/standby.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { importTestAccounts } from '../../support/test-accounts.ts';
import { accountsCsv } from './accounts.ts';
import { nodeSettings, SCHEMA, type SettingsOrder } from './node-settings.ts';
import { ServerNode } from './server-node.ts';

/** What a server of the database may write, so that a cause can fill the rest. Only root can bound it. */
export const diskBytes = process.getuid?.() === 0 ? 400 * 1024 * 1024 : undefined;

const SETTINGS = { max_wal_size: '64MB', min_wal_size: '32MB', wal_keep_size: '64MB' };
const NODES = 3;

/**
 * Three equal nodes, and two servers of PostgreSQL at two addresses, of which one follows the other synchronously. Each
 * node reaches each address by a network of its own, and the last one by PgBouncer.
 */
export class Cluster {
  readonly nodes: readonly ServerNode[];
  readonly bouncers: readonly PgBouncer[];
  /** Of each node. */
  readonly networks: readonly (readonly TcpProxy[])[];
  primary: PostgresServer;
  /** `undefined`: the last failover took it, and there is no other one yet. */
  standby: PostgresServer | undefined;
  readonly #directory: string;
  #dead: PostgresServer | undefined;
  #standbys = 0;

  static async start(order: SettingsOrder): Promise<Cluster> {
    const primary = await startPostgres({ settings: SETTINGS, diskBytes });
    const standby = await startStandby(primary, { name: 'standby', diskBytes });
    await makeSynchronous(primary, 'standby');
    const servers = [primary, standby];
    const bouncers = await Promise.all(servers.map((server) => startPgBouncer({ port: server.port })));
    const networks = await Promise.all(
      Array.from({ length: NODES }, (_, node) => {
        const ways = node === NODES - 1 ? bouncers : servers;
        return Promise.all(ways.map(({ port }) => TcpProxy.to(port)));
      }),
    );
    const directory = mkdtempSync(join(tmpdir(), 'gsp-otp-nodes-'));
    const connection = connectionTo({ url: primary.url(), schema: SCHEMA });
    const kinds = { store: { kind: 'postgres', ...connection }, directory: { kind: 'postgres' } } as const;
    await importTestAccounts(directory, accountsCsv(), kinds);
    const nodes: ServerNode[] = [];
    for (const [place, ways] of networks.entries()) {
      const own = join(directory, `node-${place + 1}`);
      mkdirSync(own);
      const hosts = ways.map(({ port }) => `127.0.0.1:${port}`);
      nodes.push(new ServerNode(`node-${place + 1}`, own, nodeSettings(own, hosts, order)));
    }
    const cluster = new Cluster(primary, standby, { directory, nodes, bouncers, networks });
    // The first one makes the tables of the store.
    for (const node of nodes) await node.start();
    return cluster;
  }

  private constructor(
    primary: PostgresServer,
    standby: PostgresServer,
    {
      directory,
      nodes,
      bouncers,
      networks,
    }: Pick<Cluster, 'nodes' | 'bouncers' | 'networks'> & {
      readonly directory: string;
    },
  ) {
    this.#directory = directory;
    this.primary = primary;
    this.standby = standby;
    this.nodes = nodes;
    this.bouncers = bouncers;
    this.networks = networks;
  }

  /** The primary dies, and its standby takes its place. Then there is no standby, until one is added. */
  async failOver(): Promise<void> {
    const { primary, standby } = this;
    if (standby === undefined) throw new TypeError('there is no standby');
    this.standby = undefined;
    this.#dead = primary;
    await primary.kill();
    await promote(standby);
    this.primary = standby;
  }

  /** Adds a standby at the address of the server that died last. */
  async addStandby(): Promise<void> {
    const dead = this.#dead;
    if (dead === undefined) throw new TypeError('no server died');
    this.#dead = undefined;
    await dead.stop();
    this.#standbys += 1;
    const name = `standby${this.#standbys}`;
    this.standby = await startStandby(this.primary, { name, port: dead.port, diskBytes });
    await makeSynchronous(this.primary, name);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    for (const ways of this.networks) for (const way of ways) way.close();
    await Promise.all(this.bouncers.map((bouncer) => bouncer.stop()));
    await this.#dead?.stop();
    await this.standby?.stop();
    await this.primary.stop();
    rmSync(this.#directory, { recursive: true });
  }
}
