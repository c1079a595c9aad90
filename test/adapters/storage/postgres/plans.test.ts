import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { closedGuardStatements } from '../../../../src/adapters/storage/postgres/closed-guard.ts';
import { eraseStatements } from '../../../../src/adapters/storage/postgres/erase.ts';
import { keptStatements } from '../../../../src/adapters/storage/postgres/kept-functions.ts';
import type { KeptStatement } from '../../../../src/adapters/storage/postgres/kept-statement.ts';
import { openStore } from '../../../../src/adapters/storage/postgres/open-store.ts';
import { plainStatements } from '../../../../src/adapters/storage/postgres/read-statements.ts';
import { retentionStatements } from '../../../../src/adapters/storage/postgres/retention.ts';
import { connectionTo } from '../../../support/postgres/connection.ts';
import { postgres15 } from '../../../support/postgres/debian.ts';
import { fillTables } from '../../../support/postgres/fill-tables.ts';
import { startPostgres } from '../../../support/postgres/server.ts';
import { proofSize } from '../../../support/proof-size.ts';

/** A node of a plan, as EXPLAIN tells it in JSON. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** Of tables of that size PostgreSQL scans already some for which it takes a list for a long one. */
const ROWS = proofSize('PROOF_PLAN_ROWS', { quick: 5_000, mass: 1_000_000 });

/** Tables with a row or some, however long the history. */
const SMALL = ['meta', 'retention_leader', 'node'];

/** Statements that stop at the first row that they find in a table. */
const FIRST_ROW = ['forgetReached'];

/** It tells how it ran whatever a client asks, within functions as well, and counts what it plans. */
const server = await startPostgres({
  settings: {
    ...{ shared_preload_libraries: 'auto_explain,pg_stat_statements', 'auto_explain.log_min_duration': '0' },
    ...{ 'auto_explain.log_nested_statements': 'on', 'auto_explain.log_format': 'json' },
    ...{ 'auto_explain.log_level': 'notice', 'pg_stat_statements.track': 'all' },
    'pg_stat_statements.track_planning': 'on',
  },
});
const SCHEMA = 's';
const kept = keptStatements(SCHEMA);
const client = new pg.Client({ connectionString: server.url(), connectionTimeoutMillis: 60_000 });
const notices: string[] = [];
client.on('notice', ({ message = '' }) => notices.push(message));

async function makeStore(url: string): Promise<void> {
  const settings = { kind: 'postgres', ...connectionTo({ url, schema: SCHEMA }) } as const;
  await (await openStore({ settings, environment: 'sandbox', dataDirectory: '' }, 'serve')).store.close();
}

before(async () => {
  await makeStore(server.url());
  await client.connect();
  await client.query('CREATE EXTENSION pg_stat_statements');
});

after(async () => {
  await client.end();
  await server.stop();
});

/** How the server runs what is in the function when it is called. */
async function planWithin({ call, text }: KeptStatement): Promise<PlanNode> {
  notices.length = 0;
  await client.query(
    call,
    (call.match(/\$\d/g) ?? []).map(() => '[]'),
  );
  const plans = notices.map((notice) => JSON.parse(notice.slice(notice.indexOf('{'))));
  const within = plans.find((plan) => plan['Query Text'].includes(text.trim()));
  assert.ok(within, notices.join('\n'));
  return within.Plan;
}

async function requireGoodPlans(): Promise<void> {
  for (const statement of kept) {
    const plan = await planWithin(statement);
    assert.deepEqual(faultsIn(plan, false), [], `${statement.name} ${JSON.stringify(plan, undefined, 1)}`);
  }
}

test('a plan that was made when tables were empty, or had some rows, reads none from end to end', async () => {
  await requireGoodPlans();
  await fillTables((text, values) => client.query(text, values), SCHEMA, 10);
  await requireGoodPlans();
});

test('a statement of steps is planned once for a connection, and again when its tables have changed', async () => {
  const toldOf = async (statement: KeptStatement, calls: number) => {
    await client.query('SELECT pg_stat_statements_reset()');
    for (let call = 0; call < calls; call += 1) await planWithin(statement);
    const within = 'SELECT plans::integer, calls::integer FROM pg_stat_statements WHERE NOT toplevel';
    return (await client.query(within)).rows;
  };
  for (const statement of kept) {
    await planWithin(statement);
    assert.deepEqual(await toldOf(statement, 10), [{ plans: 0, calls: 10 }], statement.name);
    await client.query(`DELETE FROM ${SCHEMA}.request WHERE id = (SELECT min(id) FROM ${SCHEMA}.request)`);
    await client.query(
      `INSERT INTO ${SCHEMA}.kept_association (digest, version, account_digest, sealed, attempt, state, is_told, at_ms)
       VALUES (decode(md5(random()::text), 'hex'), gen_random_uuid(), '', '', '', '', true, 0)`,
    );
    await client.query(`ANALYZE ${SCHEMA}.request, ${SCHEMA}.kept_association`);
    assert.deepEqual(await toldOf(statement, 1), [{ plans: 1, calls: 1 }], statement.name);
  }
});

test('no statement of steps is compiled, which takes a hundred times as long as to run it', async (t) => {
  const compiling = await startPostgres({
    programs: postgres15,
    settings: {
      ...{ shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track': 'all' },
      ...{ jit: 'on', jit_above_cost: '0' },
    },
  });
  t.after(() => compiling.stop());
  await makeStore(compiling.url());
  await compiling.query('CREATE EXTENSION pg_stat_statements');
  await compiling.query('SELECT pg_stat_statements_reset()');
  for (const { call } of kept)
    await compiling.query(
      call,
      (call.match(/\$\d/g) ?? []).map(() => '[]'),
    );
  const compiled = async (which: string) => {
    const told = `SELECT count(*)::integer AS statements, sum(jit_functions)::integer AS functions FROM pg_stat_statements`;
    return (await compiling.query(`${told} WHERE ${which}`))[0];
  };
  assert.deepEqual(await compiled('NOT toplevel'), { statements: kept.length, functions: 0 });
  assert.ok((await compiled('toplevel'))?.['functions'] > 0);
});

test('statements of steps read no table and no index from end to end, however long the history', async () => {
  await client.query(
    `TRUNCATE ${['request', 'subject', 'misstep', 'ceiling', 'block', 'kept_association'].map((table) => `${SCHEMA}.${table}`).join(', ')}`,
  );
  await fillTables((text, values) => client.query(text, values), SCHEMA, ROWS);
  await requireGoodPlans();
});

for (const [name, sql] of Object.entries({
  ...plainStatements(SCHEMA),
  ...closedGuardStatements(SCHEMA),
  ...eraseStatements(SCHEMA),
  ...retentionStatements(SCHEMA),
})) {
  test(`${name} reads no table and no index from end to end, however long the history`, async () => {
    const { rows } = await client.query(`EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${sql}`);
    const [{ Plan: plan }] = rows[0]['QUERY PLAN'];
    const faults = faultsIn(plan, FIRST_ROW.includes(name));
    assert.deepEqual(faults, [], JSON.stringify(plan, undefined, 1));
  });
}

test('a statement that reads a whole table or index is found', async () => {
  const planOf = async (sql: string) =>
    (await client.query(`EXPLAIN (FORMAT JSON) ${sql}`)).rows[0]['QUERY PLAN'][0].Plan as PlanNode;
  const scan = await planOf(`SELECT count(events) FROM ${SCHEMA}.request`);
  const walk = await planOf(
    `SELECT DISTINCT ON (received_at_ms) * FROM ${SCHEMA}.request ORDER BY received_at_ms`,
  );
  assert.equal(faultsIn(scan, false).length, 1);
  assert.equal(faultsIn(walk, false).length, 1);
});

/** `isBounded`: below a LIMIT or of what stops by itself, where a walk along an index or a table ends early. */
function faultsIn(node: PlanNode, isBounded: boolean): readonly string[] {
  const { 'Node Type': type, 'Relation Name': table = '', 'Index Cond': condition, Plans: plans = [] } = node;
  const isScan = type === 'Seq Scan' && !SMALL.includes(table);
  const isWalk = /^(Bitmap )?Index (Only )?Scan$/.test(type) && condition === undefined;
  const isFault = (isScan || isWalk) && !isBounded;
  // A sort reads all that is below it.
  const below = type === 'Limit' || (isBounded && !/Sort|Aggregate/.test(type));
  return [...(isFault ? [`${type} ${table}`] : []), ...plans.flatMap((plan) => faultsIn(plan, below))];
}
