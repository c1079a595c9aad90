import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { catalog } from '../../conformance/catalog.ts';
import { familyOf } from '../../conformance/check.ts';
import { type RunOptions, runConformance } from '../../conformance/suite.ts';
import { proofSize } from '../proof-size.ts';
import type { Broken, Faults } from './faults/fault.ts';
import type { Fault } from './reference/server.ts';
import type { Stage } from './stages.ts';

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
