/**
 * Feeds changed inputs to all readers of OpenPGP and base64url.
 *
 *   node test/release/pgp-fuzz.ts [inputs = 10000000] [seed = random]
 */
import { randomInt } from 'node:crypto';
import { fuzzReaders } from '../codecs/pgp-fuzz.ts';

const count = Number(process.argv[2] ?? 10_000_000);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
console.log(`${count} inputs from seed ${seed}`);
const { taken, faults } = fuzzReaders(seed, count);
for (const [name, times] of taken) console.log(`${times} taken by ${name}`);
console.log(`${faults.length} faults`);
for (const fault of faults) console.log(`  ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
