import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { changedCopy } from '../../support/changed-copy.ts';
import { runCli } from '../../support/cli-process.ts';
import { proofSize } from '../../support/proof-size.ts';
import { Cluster } from './cluster.ts';
import { Ledger } from './ledger.ts';
import { SCHEMA } from './node-settings.ts';
import { Phone } from './phone.ts';
import { Random } from './random.ts';
import type { ServerNode } from './server-node.ts';
import { Stories } from './stories.ts';
import { faultsOf } from './verdict.ts';

const SEED = Number(process.env['PROOF_SEED'] ?? Date.now() % 1_000_000);
/** 0: not at all. It starts twelve processes. */
const CALLS_PER_SECOND = proofSize('PROOF_RATE', { quick: 0, mass: 60 });
/** So long nodes of two versions serve side by side, at each step. */
const SIDE_BY_SIDE_MS = 2000;
const READY_MS_MAX = 20_000;

const FIRST = '{ sql: FIRST, oldestVersion: 1 }';
/** What is counted in one table is counted in another one from now on. Whoever doesn't know of it goes on as before. */
const EXPAND = `{
  sql: \`
    CREATE TABLE {schema}.pulse (name text PRIMARY KEY, value text NOT NULL);
    ALTER TABLE {schema}.request ADD COLUMN added text NOT NULL DEFAULT 'by the second version';
    ALTER TABLE {schema}.subject ADD COLUMN added integer;\`,
  oldestVersion: 1,
}`;
/** The old place is gone: whoever still wrote there would fail. */
const CONTRACT =
  "{ sql: `ALTER TABLE {schema}.meta ADD CHECK (name <> 'checks') NOT VALID`, oldestVersion: 2 }";

/** The program as it would be with those migrations, which uses what they make; as its `bin/gsp-otp.js`. */
function nextProgram(t: TestContext, version: string, migrations: readonly string[]): string {
  const copy = changedCopy(t);
  const storage = 'src/adapters/storage/postgres';
  copy.change(`${storage}/migrations.ts`, FIRST, [FIRST, ...migrations].join(', '));
  const counting = "AS t (name, value) VALUES ('checks', '1')";
  copy.change(
    `${storage}/read-statements.ts`,
    `INSERT INTO \${schema}.meta ${counting}`,
    `INSERT INTO \${schema}.pulse ${counting}`,
  );
  copy.change('package.json', '"version": "', `"version": "${version}-`);
  return join(copy.folder, 'bin/gsp-otp.js');
}

/**
 * Under load, three nodes are replaced one after the other by those of the next version, which adds to the tables; then the
 * version after that takes away what the first one used. No request gets lost, and a node of the first version starts no more.
 */
test(`an update without a stop, under ${CALLS_PER_SECOND} calls a second (PROOF_SEED=${SEED})`, {
  skip: CALLS_PER_SECOND === 0 && 'npm run proofs does it',
}, async (t) => {
  const expanding = nextProgram(t, '2', [EXPAND]);
  const contracting = nextProgram(t, '3', [EXPAND, CONTRACT]);
  const random = new Random(SEED);
  const limits = { textsPerNumber: 8, textsPerCountry: 24 };
  const phone = await Phone.start(random, () => random.pick(cluster.nodes).addresses?.receipts);
  t.after(() => phone.stop());
  const cluster = await Cluster.start({ gatewayUrl: phone.url, ...limits });
  t.after(() => cluster.stop());
  const { nodes, primary } = cluster;
  const ledger = new Ledger();
  const stories = new Stories({ nodes, ledger, phone, random, callsPerSecond: CALLS_PER_SECOND, ...limits });
  const versions = async () => {
    const rows = await primary.query(
      `SELECT version, oldest_version FROM ${SCHEMA}.schema_part WHERE name = 'store'`,
    );
    return rows.map((row) => [row['version'], row['oldest_version']]);
  };
  stories.start();
  try {
    for (const node of nodes) {
      await replace(node, expanding);
      assert.deepEqual(await versions(), [[2, 1]]);
      await serveTogether(nodes);
    }
    const [first, second] = nodes as readonly [ServerNode, ServerNode];
    const migrated = await runCli(['migrate', '--config', first.configFile], { program: contracting });
    assert.equal(migrated.code, 0, migrated.stderr);
    assert.deepEqual(await versions(), [[3, 2]]);
    await replace(first, contracting);
    await serveTogether(nodes);

    // It knows one version less, and can live with it; its forerunner can't.
    assert.equal(await second.stop(READY_MS_MAX), 0);
    const refused = await runCli(['serve', '--config', second.configFile]);
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.stderr,
      /has version 3 of store, and this program knows versions up to 1: install a newer one/,
    );
    await second.start({ program: expanding });
    await serveTogether(nodes);
  } finally {
    await stories.end();
  }
  const faults = await faultsOf({ nodes, ledger, phone, sent: stories.sent, primary, ...limits });
  const counts = [...ledger.counts].map(([what, count]) => `${what} ${count}`);
  t.diagnostic(`${ledger.requests.length} requests, ${ledger.calls} calls: ${counts.join(', ')}`);
  assert.equal(faults.length, 0, `${faults.length} faults:\n${faults.slice(0, 20).join('\n')}`);
});

/** As an operator does: its process ends orderly, and the other program starts in its place. */
async function replace(node: ServerNode, program: string): Promise<void> {
  assert.equal(await node.stop(READY_MS_MAX), 0);
  await node.start({ program });
}

/** All are ready, and stay it, whatever versions they have. */
async function serveTogether(nodes: readonly ServerNode[]): Promise<void> {
  for (const node of nodes) {
    assert.ok((await node.untilReady(READY_MS_MAX)) <= READY_MS_MAX, `${node.name} is ready`);
  }
  await pause(SIDE_BY_SIDE_MS);
  for (const node of nodes) assert.ok(await node.isReady(), `${node.name} is still ready`);
}
