import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { openStore } from '../../../../src/adapters/storage/postgres/open-store.ts';
import {
  plainStatements,
  readStatements,
} from '../../../../src/adapters/storage/postgres/read-statements.ts';
import { retentionStatements } from '../../../../src/adapters/storage/postgres/retention.ts';
import { WRITTEN_PARTS, writeStatement } from '../../../../src/adapters/storage/postgres/write-statement.ts';
import { connectionTo } from '../../../support/postgres/connection.ts';
import { fillTables } from '../../../support/postgres/fill-tables.ts';
import { testSchema } from '../../../support/postgres/schema.ts';
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

const place = await testSchema();
const client = new pg.Client({ connectionString: place.url, connectionTimeoutMillis: 60_000 });

before(async () => {
  const settings = { kind: 'postgres', ...connectionTo(place) } as const;
  await (await openStore({ settings, environment: 'sandbox', dataDirectory: '' }, 'serve')).store.close();
  await client.connect();
  await fillTables((text, values) => client.query(text, values), place.schema, ROWS);
});

after(() => client.end());

const statements = {
  ...readStatements(place.schema),
  ...plainStatements(place.schema),
  ...retentionStatements(place.schema),
  ...Object.fromEntries(
    [WRITTEN_PARTS, WRITTEN_PARTS.slice(0, 3), WRITTEN_PARTS.slice(0, 2), WRITTEN_PARTS.slice(1, 2)].map(
      (parts) => [`write of ${parts.join(', ')}`, writeStatement(place.schema, parts)],
    ),
  ),
};

for (const [name, sql] of Object.entries(statements)) {
  test(`${name} reads no table and no index from end to end, however long the history`, async () => {
    // For whatever values, as a plan is that is kept.
    const { rows } = await client.query(`EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${sql}`);
    const [{ Plan: plan }] = rows[0]['QUERY PLAN'];
    const faults = faultsIn(plan, FIRST_ROW.includes(name));
    assert.deepEqual(faults, [], JSON.stringify(plan, undefined, 1));
  });
}

test('a statement that reads a whole table or index is found', async () => {
  const planOf = async (sql: string) =>
    (await client.query(`EXPLAIN (FORMAT JSON) ${sql}`)).rows[0]['QUERY PLAN'][0].Plan as PlanNode;
  const { schema } = place;
  const scan = await planOf(`SELECT count(events) FROM ${schema}.request`);
  const walk = await planOf(
    `SELECT DISTINCT ON (received_at_ms) * FROM ${schema}.request ORDER BY received_at_ms`,
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
