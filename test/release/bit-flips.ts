/**
 * Flips every bit of as many bodies of each format as are wanted: of the text and of what its parts stand for.
 *
 *   node test/release/bit-flips.ts [bodies = 100] [seed = random]
 */
import { randomInt } from 'node:crypto';
import { acceptedOf, everyFlip, type FlipFormat, flipFormats } from '../attacks/bit-flips.ts';
import { Draw } from '../codecs/openpgp/mutations.ts';

const count = Number(process.argv[2] ?? 100);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));

console.log(`every bit of ${count} bodies of each format, from seed ${seed}`);
for (const format of flipFormats) {
  const bodies = await format.bodies(count, new Draw(seed));
  let flips = 0;
  const accepted = await acceptedOf(format, flipsOf(format, bodies));
  console.log(`${format.name}: ${flips} flips, ${accepted.length} accepted`);
  for (const body of accepted) console.log(`  ${body.toString('latin1')}`);
  if (accepted.length > 0) process.exitCode = 1;

  function* flipsOf(of: FlipFormat, all: readonly Buffer[]): Generator<Buffer> {
    for (const body of all) {
      for (const flipped of everyFlip(of, body)) {
        flips += 1;
        yield flipped;
      }
    }
  }
}
