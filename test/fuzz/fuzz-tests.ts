import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { proofSample, proofSize } from '../support/proof-size.ts';
import { type FuzzTarget, fuzz } from './fuzz.ts';

const QUICK_INPUTS = 3000;
const INPUTS = proofSize('PROOF_FUZZ_INPUTS', { quick: QUICK_INPUTS, mass: 1_000_000 });
const SEED = Number(process.env['PROOF_SEED'] ?? randomInt(2 ** 31));

/** Row 15 of the proofs: one test for each reader. */
export function fuzzTests(targets: readonly FuzzTarget[]): void {
  // Refusals are errors, and nobody looks at where they come from.
  Error.stackTraceLimit = 0;
  for (const target of targets) {
    const count = Math.ceil(INPUTS * (target.share ?? 1));
    test(`${target.name}: ${count} inputs, nothing is thrown but refusals, nothing wrong taken, nothing slow`, async (t) => {
      const { taken, found, faults } = await fuzz(target, { seed: SEED, count });
      t.diagnostic(
        `${target.name}: ${count} inputs from seed ${SEED}, ${taken} taken, ${found} reached something new`,
      );
      assert.deepEqual(faults, [], `seed ${SEED}`);
      assert.ok(taken > count / 10_000, `only ${taken} inputs were good enough, seed ${SEED}`);
    });
  }
}

/** That a reader with a fault is found out by as many inputs as `npm test` has. */
export function plantedFaultTest(fault: string, target: FuzzTarget): void {
  test(`${target.name}: ${QUICK_INPUTS} inputs find a reader that ${fault}`, async () => {
    for (const seed of proofSample([1, 2, 3], 1)) {
      const { faults } = await fuzz(target, { seed, count: QUICK_INPUTS });
      assert.notDeepEqual(faults, [], `seed ${seed}`);
    }
  });
}
