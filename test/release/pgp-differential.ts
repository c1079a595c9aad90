/**
 * Compares our verdicts with those of OpenPGP.js on as many changed messages as are wanted.
 *
 *   node test/release/pgp-differential.ts [messages = 100000] [seed = random]
 */
import { randomInt } from 'node:crypto';
import { compareVerdicts } from '../codecs/openpgp/differences.ts';

const count = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
console.log(`${count} messages from seed ${seed}`);
const { opened, refused, explained, unexplained } = await compareVerdicts(seed, count);
console.log(`${opened} opened and ${refused} refused by both`);
for (const [name, times] of explained) console.log(`${times} differ: ${name}`);
console.log(`${unexplained.length} differ without explanation`);
for (const story of unexplained) console.log(`  ${story}`);
process.exitCode = unexplained.length === 0 ? 0 : 1;
