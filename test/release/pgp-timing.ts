/**
 * Compares how long a well padded session key takes with how long each other kind of block takes.
 *
 *   node test/release/pgp-timing.ts [pairs = 100000]
 */

import { anyText, bodyWithBlock, PADDINGS } from '../attacks/pgp-padding-samples.ts';
import { compareTimes } from '../attacks/timing.ts';
import { keyOf } from '../codecs/openpgp/forge.ts';
import { readMirroredRing, readRing, tryOpen } from '../codecs/openpgp/vectors.ts';

const pairs = Number(process.argv[2] ?? 100_000);
const GOOD = 'well padded, a session key';
const CIPHERTEXTS = 2000;

const ring = await readRing(['own-2048'], ['peer-2048']);
const recipient = keyOf(await readMirroredRing(['own-2048'], ['peer-2048']), 'encrypt');
const text = anyText();

function opener(padding: string): (at: number) => void {
  const pad = PADDINGS[padding];
  if (!pad) throw new RangeError(`there is no block called ${padding}`);
  const bodies = Array.from({ length: CIPHERTEXTS }, () =>
    bodyWithBlock(pad(recipient.modulusBytes), recipient, text),
  );
  return (at) => tryOpen(bodies[at % CIPHERTEXTS] ?? Buffer.alloc(0), ring);
}

const good = opener(GOOD);
compareTimes(1000, good, good);
console.log(`${pairs} pairs each; a difference counts from 1 µs up with both p below 0.01`);
for (const padding of Object.keys(PADDINGS)) {
  const { differenceMicros, signP, rankP } = compareTimes(pairs, good, opener(padding));
  const counts = Math.abs(differenceMicros) >= 1 && signP < 0.01 && rankP < 0.01;
  const figures = `${differenceMicros.toFixed(3)} µs, p ${signP.toPrecision(2)} and ${rankP.toPrecision(2)}`;
  console.log(`${padding.padEnd(34)}${figures}${counts ? '   DIFFERS' : ''}`);
  if (counts) process.exitCode = 1;
}
