/**
 * Compares our verdicts with those of jose 4 on as many changed messages as are wanted.
 *
 *   node test/release/jose-differential.ts [messages = 100000] [seed = random]
 */
import { randomInt } from 'node:crypto';
import { compareVerdicts } from '../codecs/jose/jwe-differences.ts';
import { Draw } from '../codecs/openpgp/mutations.ts';

const count = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
console.log(`${count} messages from seed ${seed}`);
const { opened, refused, narrower, unexplained } = await compareVerdicts(new Draw(seed), count);
console.log(`${opened} opened and ${refused} refused by both`);
for (const [reason, times] of narrower) console.log(`${times} refused by us alone: ${reason}`);
console.log(`${unexplained.length} differ without explanation`);
for (const story of unexplained) console.log(`  ${story}`);
process.exitCode = unexplained.length === 0 ? 0 : 1;
