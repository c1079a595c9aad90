import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresStoreSettings } from '../../src/adapters/storage/postgres/settings.ts';
import type { PostgresServer } from '../../test/support/postgres/server.ts';
import type { Measurements } from '../measurements.ts';
import { type Subject, start, startApp } from '../subjects.ts';
import { serverCpuMs } from './server-cpu.ts';

export type FloorWay = 'grouped' | 'alone' | 'transaction';

export interface FloorOptions {
  readonly settings: PostgresStoreSettings;
  readonly way: FloorWay;
}

const ACCOUNTS = 50_000;
/** Of a server process, and of what shares nothing. */
const CONNECTIONS = 10;
const CONNECTIONS_UNGROUPED = 16;

export function settingsFor(server: PostgresServer, schema: string): PostgresStoreSettings {
  return {
    ...{
      kind: 'postgres',
      hosts: [`127.0.0.1:${server.port}`],
      database: 'postgres',
      user: 'postgres',
      schema,
    },
    ...{ tls: false, privateLink: true, connections: CONNECTIONS },
  };
}

/** So many equal nodes on one schema, as one subject. */
export async function startNodes(
  server: PostgresServer,
  schema: string,
  count: number,
  profiles?: string,
): Promise<Subject> {
  const nodes: Subject[] = [];
  const postgres = settingsFor(server, schema);
  for (let node = 0; node < count; node += 1) {
    nodes.push(await startApp({ accounts: ACCOUNTS, history: 0, postgres }, { profiles }));
  }
  return on(server, together(nodes));
}

export async function startPostgresFloor(server: PostgresServer, way: FloorWay): Promise<Subject> {
  const connections = way === 'grouped' ? CONNECTIONS : CONNECTIONS_UNGROUPED;
  const options: FloorOptions = { settings: { ...settingsFor(server, `floor_${way}`), connections }, way };
  return on(server, await start('floor', './postgres/floor-server.ts', [JSON.stringify(options)], 0));
}

/** better-auth, where it is installed beside our own dependencies. */
export async function startPeer(server: PostgresServer): Promise<Subject | undefined> {
  if (!existsSync(join(import.meta.dirname, '../../node_modules/better-auth'))) {
    console.log('better-auth is left out; to measure it: npm install --no-save better-auth@1.7.25\n');
    return undefined;
  }
  await server.query('CREATE DATABASE better_auth');
  return on(server, await start('floor', './postgres/better-auth-server.js', [server.url('better_auth')], 0));
}

/** Measured with what the database server spends meanwhile. */
function on(server: PostgresServer, subject: Subject): Subject {
  const measurements = async () => ({
    ...(await subject.measurements()),
    databaseCpuMs: serverCpuMs(server.directory),
  });
  return { ...subject, measurements };
}

function together(nodes: readonly Subject[]): Subject {
  const [first] = nodes;
  if (first === undefined) throw new TypeError('no node');
  const all = <T>(ask: (node: Subject) => Promise<T>) => Promise.all(nodes.map(ask));
  return {
    ...first,
    ports: nodes.flatMap(({ ports }) => ports),
    measurements: async () => (await all((node) => node.measurements())).reduce(sum),
    codes: async () => new Map((await all((node) => node.codes())).flatMap((codes) => [...codes])),
    stop: async () => void (await all((node) => node.stop())),
  };
}

function sum(one: Measurements, other: Measurements): Measurements {
  return {
    cpuMs: one.cpuMs + other.cpuMs,
    residentBytes: one.residentBytes + other.residentBytes,
    bytesWritten: one.bytesWritten + other.bytesWritten,
    commits: one.commits + other.commits,
    databaseCpuMs: one.databaseCpuMs,
  };
}
