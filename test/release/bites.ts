/**
 * Holds each broken server against the whole catalogue, not only against the family of the check that it is made for:
 * it fails that check and those which its entry and faults/beyond.ts list, and no others. Transport and latency are left
 * out, since their checks take seconds each. Takes minutes.
 *
 *   node test/release/bites.ts [seed = 1] [word]
 *
 * A word chooses the faults of checks whose ids contain it.
 */
import { brokenOf, failedBy } from '../conformance/bites/bite.ts';
import { beyond } from '../conformance/faults/beyond.ts';
import type { Faults } from '../conformance/faults/fault.ts';
import { plainFaults } from '../conformance/faults/plain.ts';
import { sealingFaults } from '../conformance/faults/sealing.ts';
import { joseFaults } from '../conformance/faults/sealing-jose.ts';
import { pgpFaults } from '../conformance/faults/sealing-pgp.ts';
import { joseStage } from '../conformance/jose-stage.ts';
import { pgpStage } from '../conformance/pgp-stage.ts';
import { plainStage, type Stage } from '../conformance/plain-stage.ts';

const seed = Number(process.argv[2] ?? 1);
const word = process.argv[3] ?? '';
const skip = ['transport', 'latency'];
const groups: readonly (readonly [codec: string, faults: Faults, stage: Stage])[] = [
  ['plain', plainFaults, plainStage],
  ['jwe+jws', { ...joseFaults, ...sealingFaults }, joseStage],
  ['pgp', pgpFaults, pgpStage],
];

/** What is otherwise than listed, in words; nothing if all is as it should be. */
function deviations(id: string, entry: Faults[string], failed: readonly string[]): string[] {
  const { also = [] } = brokenOf(entry);
  if ('nearlyAll' in also) return failed.includes(id) ? [] : [`passes ${id}`];
  const listed = [id, ...also, ...(beyond[id]?.fails ?? [])];
  return [
    ...failed.filter((other) => !listed.includes(other)).map((other) => `fails ${other} as well`),
    ...listed.filter((wanted) => !failed.includes(wanted)).map((wanted) => `passes ${wanted}`),
  ];
}

console.log(`each broken server and the whole catalogue, from seed ${seed}`);
for (const [codec, faults, stage] of groups) {
  const chosen = Object.entries(faults).filter(([id]) => id.includes(word) && !id.startsWith('latency/'));
  for (const [index, [id, entry]] of chosen.entries()) {
    const found = deviations(id, entry, await failedBy(brokenOf(entry), stage, { skip, seed }));
    console.log(`${codec} ${index + 1}/${chosen.length} ${id}: ${found.join(', ') || 'as listed'}`);
    if (found.length > 0) process.exitCode = 1;
  }
}
