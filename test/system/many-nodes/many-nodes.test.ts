import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { proofSize } from '../../support/proof-size.ts';
import { type Cause, causes } from './causes.ts';
import { Cluster } from './cluster.ts';
import { Ledger } from './ledger.ts';
import { Phone } from './phone.ts';
import { Random } from './random.ts';
import { Stories } from './stories.ts';
import { faultsOf } from './verdict.ts';

const SEED = Number(process.env['PROOF_SEED'] ?? Date.now() % 1_000_000);
/** The first ones of the list. */
const CAUSES = proofSize('PROOF_CAUSES', { quick: 1, mass: 20 });
/** A word of the only causes that happen. */
const ONLY = process.env['PROOF_CAUSE'] ?? '';
const CALLS_PER_SECOND = proofSize('PROOF_RATE', { quick: 20, mass: 60 });
const READY_MS_MAX = 5000;
const CALM_MS = 1000;

/**
 * Three nodes on PostgreSQL serve users while one thing after the other goes wrong. Whatever it is, in the end each request
 * has one answer and one code, no answer that was given is forgotten, and no limit was exceeded.
 */
test(`${CAUSES} causes under ${CALLS_PER_SECOND} calls a second (PROOF_SEED=${SEED})`, async (t) => {
  const random = new Random(SEED);
  const limits = { textsPerNumber: 8, textsPerCountry: 24 };
  const phone = await Phone.start(random, () => random.pick(cluster.nodes).addresses?.receipts);
  t.after(() => phone.stop());
  const cluster = await Cluster.start({ gatewayUrl: phone.url, ...limits });
  t.after(() => cluster.stop());
  const { nodes } = cluster;
  const ledger = new Ledger();
  const stories = new Stories({ nodes, ledger, phone, random, callsPerSecond: CALLS_PER_SECOND, ...limits });
  await untilAllReady(cluster);
  stories.start();
  // Whatever is thrown meanwhile, no story goes on without its servers.
  const slow = await goThrough(t, cluster, ledger, random).finally(() => stories.end());
  const { primary } = cluster;
  const faults = await faultsOf({ nodes, ledger, phone, sent: stories.sent, primary, ...limits });
  const all = [...slow, ...faults];
  t.diagnostic(`${ledger.requests.length} requests, ${ledger.calls} calls`);
  assert.equal(all.length, 0, `${all.length} faults:\n${all.slice(0, 20).join('\n')}`);
});

/** Lets the causes happen, one after the other. Resolves to those after which nodes were not ready in time. */
async function goThrough(
  t: TestContext,
  cluster: Cluster,
  ledger: Ledger,
  random: Random,
): Promise<readonly string[]> {
  const slow: string[] = [];
  for (const cause of chosenCauses(random)) {
    await pause(CALM_MS);
    if (cause.hindrance !== undefined) {
      t.diagnostic(`left out: ${cause.name}: ${cause.hindrance}`);
      continue;
    }
    const before = new Map(ledger.counts);
    const startedMs = performance.now();
    await cause.happen(cluster, random);
    const lastedMs = performance.now() - startedMs;
    const readyMs = await untilAllReady(cluster);
    const counts = [...ledger.counts].map(([what, count]) => `${what} ${count - (before.get(what) ?? 0)}`);
    const times = `${Math.round(lastedMs)} ms, all ready ${Math.round(readyMs)} ms later`;
    t.diagnostic(`${cause.name}: ${times}; ${counts.join(', ')}`);
    if (readyMs > READY_MS_MAX)
      slow.push(`${cause.name}: nodes were not ready after ${Math.round(readyMs)} ms`);
    await cause.mend?.(cluster);
  }
  return slow;
}

async function untilAllReady({ nodes }: Cluster): Promise<number> {
  return Math.max(...(await Promise.all(nodes.map((node) => node.untilReady(READY_MS_MAX)))));
}

function chosenCauses(random: Random): readonly Cause[] {
  const possible = causes.filter(({ name }) => name.includes(ONLY));
  const rounds = Array.from({ length: Math.ceil(CAUSES / possible.length) }, (_, round) =>
    round === 0 ? possible : random.shuffled(possible),
  );
  return rounds.flat().slice(0, CAUSES);
}
