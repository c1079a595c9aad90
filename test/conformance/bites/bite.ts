import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { catalog } from '../../../conformance/checks/catalog.ts';
import { familyOf } from '../../../conformance/checks/check.ts';
import { type RunOptions, runConformance } from '../../../conformance/run/suite.ts';
import { proofSize } from '../../support/proof-size.ts';
import type { Broken, Faults } from '../faults/fault.ts';
import type { Stage } from '../plain-stage.ts';
import type { Fault } from '../reference/server.ts';

const isBroken = (value: Broken | Fault): value is Broken => 'fault' in value;

/** What a broken server fails among the checks that are chosen, failures and warnings, in the order of the alphabet. */
export async function failedBy(fault: Fault, stage: Stage, options: RunOptions): Promise<string[]> {
  const server = await stage.start(fault);
  try {
    const { run } = await runConformance(stage.configFor(server), { seed: 1, ...options });
    for (const { kind, check, message } of run.outcomes)
      assert.notEqual(kind, 'broken', `${check.id}: ${message}`);
    const failed = run.outcomes.filter(({ kind }) => kind === 'failed' || kind === 'warned');
    return failed.map(({ check }) => check.id).sort();
  } finally {
    await server.close();
  }
}

export const brokenOf = (entry: Broken | Fault): Broken => (isBroken(entry) ? entry : { fault: entry });

/**
 * For each fault: the server that has it fails the check that it is named after, and no other one of the family. Those
 * of other families are looked at by test/release/bites.ts.
 */
export function testThatFaultsBite(faults: Faults, stage: Stage): void {
  const entries = Object.entries(faults);
  const every = proofSize('PROOF_BITES_EVERY', { quick: 6, mass: 1 });
  // Others each time, so that in the end all are looked at; `npm run proofs` looks at all.
  const first = randomInt(every);
  for (const [id, entry] of entries.filter((_, place) => place % every === first)) {
    const { fault, also = [] } = brokenOf(entry);
    test(`a server broken for it fails ${id}, and of its family nothing else`, async () => {
      const check = catalog.find((one) => one.id === id);
      assert.ok(check, 'there is no such check');
      const ids = await failedBy(fault, stage, { only: [`${familyOf(check)}/`] });
      if ('nearlyAll' in also) assert.ok(ids.includes(id), `it did not fail among ${ids.length}`);
      else assert.deepEqual(ids, [id, ...also].sort());
    });
  }
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
