/**
 * Flips every bit of as many messages as are wanted, of the message and of its base64url text.
 *
 *   node test/release/pgp-bit-flips.ts [messages = 100] [seed = random]
 */
import { randomInt } from 'node:crypto';
import { acceptedOf, flip, readFlipMessages, readFlipRing } from '../attacks/pgp-bit-flips.ts';
import { Draw } from '../codecs/openpgp/mutations.ts';
import { bodyOf } from '../codecs/openpgp/vectors.ts';

const count = Number(process.argv[2] ?? 100);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
const messages = await readFlipMessages(count, new Draw(seed));
let flips = 0;

function* everyFlip(): Generator<Buffer> {
  for (const message of messages) {
    const body = bodyOf(message);
    for (let bit = 0; bit < message.length * 8; bit += 1) yield bodyOf(flip(message, bit));
    for (let bit = 0; bit < body.length * 8; bit += 1) yield flip(body, bit);
    flips += (message.length + body.length) * 8;
  }
}

console.log(`every bit of ${messages.length} messages from seed ${seed}`);
const accepted = await acceptedOf(everyFlip(), await readFlipRing());
console.log(`${flips} flips, ${accepted.length} accepted`);
for (const body of accepted) console.log(`  ${body.toString('latin1')}`);
process.exitCode = accepted.length === 0 ? 0 : 1;
