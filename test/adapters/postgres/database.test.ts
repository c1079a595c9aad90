import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Database, type DatabaseOptions, type Host } from '../../../src/adapters/postgres/database.ts';
import { connectionTo } from '../../support/postgres/connection.ts';
import { testSchema } from '../../support/postgres/schema.ts';
import { startPostgres } from '../../support/postgres/server.ts';
import { until } from '../../support/until.ts';

/** The server that the tests share. */
async function testHost(): Promise<Pick<DatabaseOptions, 'database' | 'user'> & { readonly host: Host }> {
  const { hosts, database, user } = connectionTo(await testSchema());
  const [host = '', port] = (hosts[0] ?? '').split(':');
  return { host: { host, port: Number(port) }, database, user };
}

function open(t: TestContext, options: Partial<DatabaseOptions>): Database {
  const database = new Database({
    ...{ standbyToo: false, session: {}, settings: 'store' },
    hosts: [],
    database: 'postgres',
    user: 'postgres',
    password: undefined,
    tls: false,
    connectionsMax: 4,
    connectMs: 700,
    statementMs: 1000,
    readOnly: false,
    ...options,
  });
  t.after(() => database.close());
  return database;
}

/** Lets everybody log in, and says nothing more: a pooler whose server has gone. */
async function startMute(t: TestContext): Promise<Host> {
  const authenticated = Buffer.from('520000000800000000', 'hex');
  const ready = Buffer.from('5a0000000549', 'hex');
  const server = createServer((socket) => {
    socket.once('data', () => socket.write(Buffer.concat([authenticated, ready])));
    socket.on('error', () => {});
    t.after(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

test('a connection that is lost between two statements fails the next one, and nothing else', async (t) => {
  const { host, ...login } = await testHost();
  const database = open(t, { hosts: [host], ...login });
  const lost = database.transaction(async (query) => {
    const [{ pid } = {}] = await query('SELECT pg_backend_pid() AS pid');
    await database.read('SELECT pg_terminate_backend($1)', [pid]);
    const there = 'SELECT FROM pg_stat_activity WHERE pid = $1';
    await until(async () => (await database.read(there, [pid])).length === 0);
    // The socket tells it in a later turn.
    await pause(50);
    await query('SELECT 1');
  });
  await assert.rejects(lost, { name: 'UnavailableError', kind: 'unknown' });
  assert.deepEqual(await database.read('SELECT 1 AS one'), [{ one: 1 }]);
});

test('a host that lets log in and then says nothing takes up no connection for good', async (t) => {
  const { host, ...login } = await testHost();
  const database = open(t, { hosts: [await startMute(t), host], ...login, connectMs: 100 });
  const ask = () => database.read('SELECT 1 AS one');
  const first = await Promise.allSettled(Array.from({ length: 12 }, ask));
  assert.ok(first.some(({ status }) => status === 'fulfilled'));
  assert.deepEqual(await Promise.all(Array.from({ length: 4 }, ask)), Array(4).fill([{ one: 1 }]));
});

test('a server that only reads writes nothing, and the next one is asked', async (t) => {
  const [reader, writer] = await Promise.all([startPostgres(), startPostgres()]);
  t.after(() => Promise.all([reader.stop(), writer.stop()]));
  for (const server of [reader, writer]) await server.query('CREATE TABLE t (n int)');
  const hosts = [reader, writer].map(({ port }) => ({ host: '127.0.0.1', port }));
  const database = open(t, { hosts });
  await database.write('INSERT INTO t VALUES (1)');
  await reader.query('ALTER SYSTEM SET default_transaction_read_only = on');
  await reader.query('SELECT pg_reload_conf()');
  const mode = async () => (await database.read('SHOW transaction_read_only'))[0];
  await until(async () => (await mode())?.['transaction_read_only'] === 'on');
  await assert.rejects(database.write('INSERT INTO t VALUES (2)'), { kind: 'unreachable' });
  await database.write('INSERT INTO t VALUES (3)');
  assert.deepEqual(await writer.query('SELECT n FROM t'), [{ n: 3 }]);
});

test('a server that shuts down is not asked again, and the next one is', async (t) => {
  const [first, second] = await Promise.all([startPostgres(), startPostgres()]);
  t.after(() => Promise.all([first.stop(), second.stop()]));
  const hosts = [first, second].map(({ port }) => ({ host: '127.0.0.1', port }));
  const database = open(t, { hosts });
  const asking = database.write('SELECT pg_sleep(10)');
  const isAsking = "SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(10)' AND state = 'active'";
  await until(async () => (await first.query(isAsking)).length > 0);
  await Promise.all([assert.rejects(asking, { kind: 'unknown' }), first.shutDown()]);
  assert.deepEqual(await database.read('SHOW port'), [{ port: `${second.port}` }]);
});

test('connections to a server that another one took the place of are used no more, though it still answers', async (t) => {
  const [former, next] = await Promise.all([startPostgres(), startPostgres()]);
  t.after(() => Promise.all([former.stop(), next.stop()]));
  const hosts = [former, next].map(({ port }) => ({ host: '127.0.0.1', port }));
  const database = open(t, { hosts });
  const places = async () => {
    const rows = await Promise.all(Array.from({ length: 4 }, () => database.read('SHOW port')));
    return new Set(rows.map(([row]) => Number(row?.['port'])));
  };
  assert.deepEqual(await places(), new Set([former.port]));
  const lost = database.write('SELECT pg_terminate_backend(pg_backend_pid())');
  await assert.rejects(lost, { kind: 'unknown' });
  // Four at once need a new connection, which goes to the next host.
  await places();
  assert.deepEqual(await places(), new Set([next.port]));
});

test('time-outs that the role has for calls end no transaction', async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  await server.query('CREATE TABLE t (n int)');
  for (const name of ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']) {
    await server.query(`ALTER ROLE postgres SET ${name} = '50ms'`);
  }
  const database = open(t, { hosts: [{ host: '127.0.0.1', port: server.port }], statementMs: 30_000 });
  const sleep = 'SELECT pg_sleep(0.2)';
  await assert.rejects(database.write(sleep), { kind: 'unknown' });
  const isWaiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
  let waiting: Promise<unknown> | undefined;
  await database.transaction(async (query) => {
    await query('LOCK TABLE t');
    waiting = database.transaction((other) => other('SELECT FROM t'));
    await until(async () => (await server.query(isWaiting)).length > 0);
    await query(sleep);
    await pause(200);
  });
  assert.deepEqual(await waiting, []);
});

test('that all connections are in use is no fault of a host', async (t) => {
  const [first, second] = await Promise.all([startPostgres(), startPostgres()]);
  const ends = Array.from({ length: 2 }, () => Promise.withResolvers<void>());
  t.after(() => {
    for (const { resolve } of ends) resolve();
    return Promise.all([first.stop(), second.stop()]);
  });
  const hosts = [first, second].map(({ port }) => ({ host: '127.0.0.1', port }));
  const database = open(t, { hosts, connectionsMax: 2, connectMs: 100 });
  let held = 0;
  const [one, other] = ends.map(({ promise }) =>
    database.transaction(async (query) => {
      await query('SELECT 1');
      held += 1;
      await promise;
    }),
  );
  await until(() => held === 2);
  const inUse = { kind: 'unreachable', message: 'all 2 connections were in use for 100 ms' };
  await assert.rejects(database.read('SELECT 1'), inUse);
  // Its connection goes, and a new one has to be made.
  ends[0]?.reject(new Error('undone'));
  await assert.rejects(one ?? assert.fail(), /undone/);
  assert.deepEqual(await database.read('SHOW port'), [{ port: `${first.port}` }]);
  ends[1]?.resolve();
  await other;
});
