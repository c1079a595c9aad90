import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { openStore } from '../../../../src/adapters/storage/postgres/open-store.ts';
import type { OtpStore } from '../../../../src/ports/otp-store.ts';
import { aChallenge, anIssue, digest, granted, HOUR, idFor } from '../../../contracts/otp-orders.ts';
import { connect } from '../../../support/postgres/connect.ts';
import { connectionTo } from '../../../support/postgres/connection.ts';
import { type PostgresServer, startPostgres } from '../../../support/postgres/server.ts';
import { TcpProxy } from '../../../support/tcp-proxy.ts';
import { until } from '../../../support/until.ts';

/*
 * Steps that the server, the network or somebody else disturbs in the act of writing. Whatever becomes of its tries, a step
 * is written once, and what it counts is counted once.
 */

const SCHEMA = 'gsp_otp';
const once = { requests: 1, texts: 1, counted: 1 };

interface Under {
  readonly server: PostgresServer;
  readonly network: TcpProxy;
  readonly store: OtpStore;
}

/** A store that reaches a server of its own by a network that can fail. */
async function startStore(t: TestContext): Promise<Under> {
  const server = await startPostgres();
  t.after(() => server.stop());
  const network = await TcpProxy.to(server.port);
  t.after(() => network.close());
  const url = `postgres://postgres@127.0.0.1:${network.port}/postgres`;
  const settings = { kind: 'postgres', ...connectionTo({ url, schema: SCHEMA }) } as const;
  const { store } = await openStore({ settings, environment: 'sandbox', dataDirectory: '' }, 'serve');
  t.after(() => store.close());
  return { server, network, store };
}

/**
 * Issues a challenge that counts under a ceiling. When all that it is decided on has been read, and before anything is
 * written, `decided` is called, at least once a try, with the number of the call. Resolves to how many there were.
 */
async function issueOne(store: OtpStore, decided: (call: number) => void = () => {}): Promise<number> {
  const challenge = aChallenge({ challengeId: idFor('send-1') });
  const order = anIssue('send-1', { ceilings: [{ subject: 'global', windowMs: HOUR }] });
  let calls = 0;
  const decision = await store.issue(order, () => {
    calls += 1;
    decided(calls);
    return granted('issue', challenge, order);
  });
  assert.equal(decision.kind, 'issue');
  return calls;
}

/** What is written in the end. */
async function written({ server }: Under) {
  const [request] = await server.query(
    `SELECT count(*)::integer AS requests, sum(submissions)::integer AS texts FROM ${SCHEMA}.request`,
  );
  const [ceiling] = await server.query(
    `SELECT sum(value::integer)::integer AS counted FROM ${SCHEMA}.ceiling, jsonb_each_text(counts)`,
  );
  return { ...request, ...ceiling };
}

async function untilWritten({ server }: Under): Promise<void> {
  await until(async () => (await server.query(`SELECT FROM ${SCHEMA}.request`)).length > 0);
}

/** Waits until so many statements of the store wait for something like that. Resolves to the process of one. */
async function waiting({ server }: Under, event: string, count = 1): Promise<number> {
  const find = `SELECT pid FROM pg_stat_activity WHERE application_name = 'gsp-otp' AND wait_event_type || wait_event ~ $1`;
  let found: readonly pg.QueryResultRow[] = [];
  await until(async () => {
    found = await server.query(find, [event]);
    return found.length >= count;
  });
  return Number(found[0]?.['pid']);
}

async function untilIdle({ server }: Under): Promise<void> {
  const busy = "SELECT FROM pg_stat_activity WHERE application_name = 'gsp-otp' AND state <> 'idle'";
  await until(async () => (await server.query(busy)).length === 0);
}

/** Somebody who holds the row that says how often the account was written, until he lets go. */
async function hold(t: TestContext, { server }: Under): Promise<pg.Client> {
  const other = await connect(t, server.url());
  await other.query('BEGIN');
  await other.query(`INSERT INTO ${SCHEMA}.subject VALUES ($1, gen_random_uuid(), 0)`, [digest('maria')]);
  return other;
}

test('a commit whose answer is lost is recognized, and not done again', async (t) => {
  const under = await startStore(t);
  const { network, store } = under;
  const issuing = issueOne(store, (call) => call === 1 && network.fallSilent('back'));
  await untilWritten(under);
  const [before] = await under.server.query(`SELECT version FROM ${SCHEMA}.request`);
  network.cut();
  network.speak();
  await issuing;
  assert.deepEqual(await under.server.query(`SELECT version FROM ${SCHEMA}.request`), [before]);
  assert.deepEqual(await written(under), once);
});

test('a statement that is lost on its way is written by another try', async (t) => {
  const under = await startStore(t);
  const { network, store } = under;
  await issueOne(store, (call) => {
    if (call > 1) return;
    network.fallSilent('there');
    setTimeout(() => {
      network.cut();
      network.speak();
    }, 50);
  });
  assert.deepEqual(await written(under), once);
});

test('a statement that was given up and ends late is recognized, or changes nothing', async (t) => {
  const under = await startStore(t);
  const other = await hold(t, under);
  const issuing = issueOne(under.store);
  // The server goes on with the one that is given up, and the next try waits behind it.
  await waiting(under, 'Lock', 2);
  await other.query('ROLLBACK');
  await issuing;
  await untilIdle(under);
  assert.deepEqual(await written(under), once);
});

test('a wait for the standby that somebody cancels leaves the step undone until it is durable', async (t) => {
  const under = await startStore(t);
  const { server, store } = under;
  await server.query("ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (nobody)'");
  await server.query('SELECT pg_reload_conf()');
  let isDone = false;
  const issuing = issueOne(store).then(() => {
    isDone = true;
  });
  await server.query('SELECT pg_cancel_backend($1)', [await waiting(under, 'SyncRep')]);
  await untilWritten(under);
  // It sees its row now, and waits for a write that the standby has.
  await waiting(under, 'SyncRep');
  assert.equal(isDone, false);
  await server.query("ALTER SYSTEM SET synchronous_standby_names = ''");
  await server.query('SELECT pg_reload_conf()');
  await issuing;
  assert.deepEqual(await written(under), once);
});

test('a connection that the server ends in the act is one of which nobody knows', async (t) => {
  const under = await startStore(t);
  const other = await hold(t, under);
  const issuing = issueOne(under.store);
  await under.server.query('SELECT pg_terminate_backend($1)', [await waiting(under, 'Lock')]);
  await other.query('ROLLBACK');
  await issuing;
  assert.deepEqual(await written(under), once);
});

test('a lock that does not come in time is waited for again', async (t) => {
  const under = await startStore(t);
  await under.server.query("ALTER ROLE postgres SET lock_timeout = '20ms'");
  under.network.cut();
  const other = await hold(t, under);
  const issuing = issueOne(under.store);
  await waiting(under, 'Lock');
  await pause(100);
  await other.query('ROLLBACK');
  await issuing;
  assert.deepEqual(await written(under), once);
});

test('a deadlock is tried again', async (t) => {
  const under = await startStore(t);
  const { server, network, store } = under;
  const [first, second] = await makeSubjects(under);
  // It looks once, so the circle must be closed by then; and less than a statement has.
  await server.query("ALTER ROLE postgres SET deadlock_timeout = '500ms'");
  network.cut();
  const other = await connect(t, server.url(), { options: '-c deadlock_timeout=60s' });
  await other.query('BEGIN');
  await other.query(touch, [second]);
  const issuing = issueOne(store);
  await waiting(under, 'Lock');
  await other.query(touch, [first]);
  await other.query('COMMIT');
  await issuing;
  assert.deepEqual(await written(under), once);
  assert.match(await server.log(), /deadlock detected/);
});

test('a serialization failure is tried again', async (t) => {
  const under = await startStore(t);
  const { server, network, store } = under;
  const [first] = await makeSubjects(under);
  await server.query("ALTER ROLE postgres SET default_transaction_isolation = 'repeatable read'");
  network.cut();
  const other = await connect(t, server.url());
  await other.query('BEGIN');
  await other.query(touch, [first]);
  const issuing = issueOne(store);
  await waiting(under, 'Lock');
  await other.query('COMMIT');
  await issuing;
  assert.deepEqual(await written(under), once);
  assert.match(await server.log(), /could not serialize access/);
});

const touch = `UPDATE ${SCHEMA}.subject SET version = gen_random_uuid() WHERE digest = $1`;

/** The account and the number of the issue, in the order in which they are locked. */
async function makeSubjects({ server }: Under): Promise<readonly Uint8Array[]> {
  const digests = [digest('maria'), digest('number of maria')].sort(Buffer.compare);
  const make = `INSERT INTO ${SCHEMA}.subject SELECT unnest($1::bytea[]), gen_random_uuid(), 0`;
  await server.query(make, [digests]);
  return digests;
}
