/**
 * Flips every bit of as many JWEs as are wanted, half of them nested: of the text and of what its parts stand for.
 *
 *   node test/release/jose-bit-flips.ts [messages = 100] [seed = random]
 */
import { randomInt } from 'node:crypto';
import {
  acceptedOf,
  flip,
  flipWithin,
  type Profile,
  partsOf,
  readFlipBodies,
} from '../attacks/jose-bit-flips.ts';
import { Draw } from '../codecs/openpgp/mutations.ts';

const count = Number(process.argv[2] ?? 100);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
const draw = new Draw(seed);
let flips = 0;

function* everyFlip(bodies: readonly Buffer[]): Generator<Buffer> {
  for (const body of bodies) {
    for (let bit = 0; bit < body.length * 8; bit += 1, flips += 1) yield flip(body, bit);
    for (const [part, bytes] of partsOf(body).entries()) {
      for (let bit = 0; bit < bytes.length * 8; bit += 1, flips += 1) yield flipWithin(body, part, bit);
    }
  }
}

console.log(`every bit of ${count} messages from seed ${seed}`);
const shares: readonly [Profile, number][] = [
  ['nested', Math.ceil(count / 2)],
  ['bare', Math.floor(count / 2)],
];
let acceptedCount = 0;
for (const [profile, share] of shares) {
  const accepted = await acceptedOf(profile, everyFlip(await readFlipBodies(profile, share, draw)));
  acceptedCount += accepted.length;
  for (const body of accepted) console.log(`  ${profile}: ${body.toString('latin1')}`);
}
console.log(`${flips} flips, ${acceptedCount} accepted`);
process.exitCode = acceptedCount === 0 ? 0 : 1;
