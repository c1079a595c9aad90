import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { catalog } from '../../../conformance/checks/catalog.ts';
import { type Check, familyOf } from '../../../conformance/checks/check.ts';
import { type RunOptions, runConformance } from '../../../conformance/run/suite.ts';
import { proofSample, proofSize } from '../../support/proof-size.ts';
import type { Broken, Faults } from '../faults/fault.ts';
import type { Stage } from '../plain-stage.ts';
import type { Fault } from '../reference/server.ts';

const isBroken = (value: Broken | Fault): value is Broken => 'fault' in value;

/** Checks that a right server fails while the time stands still. */
const needTime = ['envelope/timestamp-is-now', 'idempotency/replay-is-stamped-anew'];

/** What a broken server fails among the checks that are chosen, failures and warnings, in the order of the alphabet. */
export async function failedBy(
  { fault, timeStands }: Broken,
  stage: Stage,
  options: RunOptions,
): Promise<string[]> {
  if (timeStands) mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const skip = [...(options.skip ?? []), ...(timeStands ? needTime : [])];
  const server = await stage.start(fault);
  try {
    const { run } = await runConformance(stage.configFor(server), { seed: 1, ...options, skip });
    for (const { kind, check, message } of run.outcomes)
      assert.notEqual(kind, 'broken', `${check.id}: ${message}`);
    const failed = run.outcomes.filter(({ kind }) => kind === 'failed' || kind === 'warned');
    return failed.map(({ check }) => check.id).sort();
  } finally {
    mock.reset();
    await server.close();
  }
}

export const brokenOf = (entry: Broken | Fault): Broken => (isBroken(entry) ? entry : { fault: entry });

/** How many checks of the family are made beside the one that is to fail: so many before it, and so many after it. */
const BESIDE = proofSize('PROOF_BITES_BESIDE', { quick: 1, mass: 1000 });

/**
 * For each fault, in `npm test` for a fifth of them: the server that has it fails the check that it is named after, and none
 * beside it. In `npm run proofs` the whole family stands beside it; those of other families are looked at by test/release/bites.ts.
 */
export function testThatFaultsBite(faults: Faults, stage: Stage): void {
  const entries = Object.entries(faults);
  for (const [id, entry] of proofSample(entries, Math.ceil(entries.length / 5))) {
    const broken = brokenOf(entry);
    const { also = [] } = broken;
    test(`a server broken for it fails ${id}, and nothing beside it`, async () => {
      const check = catalog.find((one) => one.id === id);
      assert.ok(check, 'there is no such check');
      const only = [...around(check), ...('nearlyAll' in also ? [] : also)];
      const ids = await failedBy(broken, stage, { only });
      if ('nearlyAll' in also) assert.ok(ids.includes(id), `it did not fail among ${ids.length}`);
      else assert.deepEqual(ids, [id, ...also].sort());
    });
  }
}

function around(check: Check): string[] {
  const family = catalog.filter((other) => familyOf(other) === familyOf(check));
  // Those judge what the others of the family have asked for.
  if (check.phase === 'verdict') return family.map(({ id }) => id);
  const at = family.indexOf(check);
  return family.slice(Math.max(0, at - BESIDE), at + BESIDE + 1).map(({ id }) => id);
}

/**
 * Of the checks that send what is sealed, `npm test` makes those of the sealing: the others differ in nothing but the
 * envelope, and test/conformance/our-server.test.ts makes them in each.
 */
export function testThatARightServerPasses(what: string, { start, configFor }: Stage): void {
  const only = proofSize('PROOF_RIGHT_SERVERS', { quick: 0, mass: 1 }) === 0 ? { only: ['sealing/'] } : {};
  test(`a right server passes every check over ${what}`, async () => {
    const server = await start(undefined);
    const { run } = await runConformance(configFor(server), { seed: 1, skip: ['transport'], ...only });
    await server.close();
    assert.ok(run.outcomes.length > 10, `${run.outcomes.length} checks`);
    const others = run.outcomes.filter(({ kind }) => kind !== 'passed');
    assert.deepEqual(
      others.map(({ check, kind, message }) => `${kind} ${check.id}: ${message}`),
      [],
    );
  });
}
