/**
 * Feeds changed inputs to every reader of what others send, or to those whose names begin with a word.
 *
 *   node test/release/fuzz.ts [inputs = 100000000] [seed = random] [word]
 */

import { randomInt } from 'node:crypto';
import { directoryTarget } from '../fuzz/directory-targets.ts';
import { fuzz } from '../fuzz/fuzz.ts';
import { joseTargets } from '../fuzz/jose-targets.ts';
import { pgpTargets } from '../fuzz/pgp-targets.ts';
import { protocolTargets } from '../fuzz/protocol-targets.ts';
import { smsTargets } from '../fuzz/sms-targets.ts';

const inputs = Number(process.argv[2] ?? 100_000_000);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
const word = process.argv[4] ?? '';
Error.stackTraceLimit = 0;

console.log(`${inputs} inputs each, from seed ${seed}`);
for (const target of [...pgpTargets, ...joseTargets, ...protocolTargets, ...smsTargets, directoryTarget]) {
  if (!target.name.startsWith(word)) continue;
  const { taken, found, faults } = await fuzz(target, { seed, count: inputs });
  console.log(`${target.name}: ${taken} taken, ${found} reached something new, ${faults.length} faults`);
  for (const fault of faults) console.log(`  ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}
