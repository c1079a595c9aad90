import { type PostgresServer, startPostgres } from '../../test/support/postgres/server.ts';
import { makeSynchronous, startStandby } from '../../test/support/postgres/standby.ts';
import { median, type Run } from '../report.ts';
import { peerSend, type Scenario, sendAndVerify } from '../scenarios.ts';
import type { Subject } from '../subjects.ts';
import { fillHistory } from './fill-history.ts';
import { type FloorWay, settingsFor, startNodes, startPeer, startPostgresFloor } from './subjects.ts';

export interface PostgresBenchmark {
  readonly runs: number;
  /** Of a run. */
  readonly requests: number;
  /** Challenges of the last 29 days in the database that is measured beside the empty one; 0: it isn't measured. */
  readonly history: number;
}

interface Contender {
  readonly name: string;
  readonly subject: Subject;
  readonly scenarios: readonly Scenario[];
  /** Default: all that the contest has. */
  readonly connections?: readonly number[];
  /** Brings about what it is measured under. */
  readonly prepare?: () => Promise<void>;
}

/** Each against the floor or the first one, on one PostgreSQL whose commits reach the disk. */
export async function reportPostgres(options: PostgresBenchmark): Promise<void> {
  // As its documentation has it for a server of its own.
  const server = await startPostgres({
    durable: true,
    settings: { shared_buffers: '2GB', max_wal_size: '4GB' },
  });
  try {
    const [{ version } = {}] = await server.query('SELECT version()');
    console.log(`${version}, fsync on, all on one machine.\n`);
    await reportNodes(server, options);
    await reportStandby(server, options);
    if (options.history > 0) await reportHistory(server, options);
  } finally {
    await server.stop();
  }
}

async function reportNodes(server: PostgresServer, options: PostgresBenchmark): Promise<void> {
  const floor = (way: FloorWay) => startPostgresFloor(server, way);
  const contenders: Contender[] = [
    { name: 'floor', subject: await floor('grouped'), scenarios: sendAndVerify },
    { name: 'one node', subject: await startNodes(server, 'one', 1), scenarios: sendAndVerify },
    {
      ...{ name: 'two nodes', subject: await startNodes(server, 'two', 2) },
      ...{ scenarios: sendAndVerify, connections: [64] },
    },
    { name: 'ungrouped floor', subject: await floor('alone'), scenarios: sendAndVerify },
    { name: 'a transaction a step', subject: await floor('transaction'), scenarios: sendAndVerify },
  ];
  const peer = await startPeer(server);
  if (peer) contenders.push({ name: 'better-auth', subject: peer, scenarios: [peerSend] });
  await contest('nodes', contenders, [16, 64, 256], options);
}

async function reportStandby(server: PostgresServer, options: PostgresBenchmark): Promise<void> {
  const standby = await startStandby(server, { name: 'standby' });
  const subject = await startNodes(server, 'replicated', 1);
  const alone = async () => {
    await server.query('ALTER SYSTEM RESET synchronous_standby_names');
    await server.query('SELECT pg_reload_conf()');
  };
  await contest(
    'a synchronous standby',
    [
      { name: 'without', subject, scenarios: sendAndVerify, prepare: alone },
      { name: 'with', subject, scenarios: sendAndVerify, prepare: () => makeSynchronous(server, 'standby') },
    ],
    [16, 64],
    options,
  );
  await alone();
  await standby.stop();
}

async function reportHistory(server: PostgresServer, options: PostgresBenchmark): Promise<void> {
  const filledAt = performance.now();
  await fillHistory(server.url(), settingsFor(server, 'with_history'), options.history);
  console.error(`filled in ${((performance.now() - filledAt) / 1000).toFixed(0)} s`);
  const empty = await startNodes(server, 'without_history', 1);
  const subject = await startNodes(server, 'with_history', 1);
  await contest(
    `${options.history} challenges of the last 29 days`,
    [
      { name: 'empty', subject: empty, scenarios: sendAndVerify },
      { name: 'with them', subject, scenarios: sendAndVerify },
    ],
    [16, 64],
    options,
  );
}

/** All in turn, so that a slow minute of the machine slows all. Ratios are to the first one. */
async function contest(
  title: string,
  contenders: readonly Contender[],
  connectionCounts: readonly number[],
  { runs, requests }: PostgresBenchmark,
): Promise<void> {
  console.log(
    `## ${title}\n\n| request | connections | by | req/s | of the first | p50 ms | p99 ms | p99/p50 | CPU µs of Node | of PostgreSQL |`,
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  // What runs often is compiled, and what was never analyzed is.
  for (const { subject, scenarios } of contenders) {
    for (const scenario of scenarios) await scenario.measure(subject, 16, Math.min(2000, 2 * requests));
  }
  for (const connections of connectionCounts) {
    for (const { name } of sendAndVerify) {
      const taking = contenders.filter(
        ({ scenarios, connections: own }) =>
          scenarios.some((one) => one.name === name) && (own ?? connectionCounts).includes(connections),
      );
      const results = await takeTurns(taking, name, connections, requests, runs);
      for (const [at, { name: by }] of taking.entries()) {
        const cells = cellsOf(median(results[at] ?? []), median(results[0] ?? []));
        console.log(`| ${[name, connections, by, ...cells].join(' | ')} |`);
      }
    }
  }
  console.log('');
  for (const subject of new Set(contenders.map((one) => one.subject))) await subject.stop();
}

function cellsOf(run: Run, first: Run): readonly string[] {
  return [
    ...[run.perSecond.toFixed(0), (run.perSecond / first.perSecond).toFixed(2), run.p50Ms.toFixed(1)],
    ...[run.p99Ms.toFixed(1), (run.p99Ms / run.p50Ms).toFixed(1), run.cpuMicrosPerRequest.toFixed(0)],
    run.databaseMicrosPerRequest.toFixed(0),
  ];
}

async function takeTurns(
  contenders: readonly Contender[],
  name: string,
  connections: number,
  requests: number,
  runs: number,
): Promise<readonly Run[][]> {
  const results = contenders.map(() => [] as Run[]);
  for (let run = 0; run < runs; run += 1) {
    for (const [at, { subject, scenarios, prepare }] of contenders.entries()) {
      await prepare?.();
      const scenario = scenarios.find((one) => one.name === name);
      if (scenario) results[at]?.push(await scenario.measure(subject, connections, requests));
    }
  }
  return results;
}
