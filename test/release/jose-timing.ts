/**
 * Compares how long a JWE with a well padded key takes with how long each other kind of block takes.
 *
 *   node test/release/jose-timing.ts [pairs = 100000]
 */

import { decryptRsa15 } from '../../src/codecs/jose/jwe-rsa1-5.ts';
import { PADDINGS, sampleMaker } from '../attacks/jose-padding-samples.ts';
import { compareTimes } from '../attacks/timing.ts';
import { keyOf, readRing } from '../codecs/jose/jwe-vectors.ts';

const pairs = Number(process.argv[2] ?? 100_000);
const GOOD = 'well padded, a key';
const CIPHERTEXTS = 2000;

const { key } = keyOf(await readRing(['own-older'], ['google'], { purposes: [] }), 'decrypt');
const recipient = keyOf(await readRing(['google'], ['own-older'], { purposes: [] }), 'encrypt');
const sample = sampleMaker(recipient.keyId, recipient.key);

function decrypter(padding: string): (at: number) => void {
  const messages = Array.from({ length: CIPHERTEXTS }, () => sample(padding).split('.'));
  return (at) => decryptRsa15(messages[at % CIPHERTEXTS] ?? [], key, 'A128CBC-HS256');
}

const good = decrypter(GOOD);
compareTimes(1000, good, good);
console.log(`${pairs} pairs each; a difference counts from 1 µs up with both p below 0.01`);
for (const padding of Object.keys(PADDINGS)) {
  const { differenceMicros, signP, rankP } = compareTimes(pairs, good, decrypter(padding));
  const counts = Math.abs(differenceMicros) >= 1 && signP < 0.01 && rankP < 0.01;
  const figures = `${differenceMicros.toFixed(3)} µs, p ${signP.toPrecision(2)} and ${rankP.toPrecision(2)}`;
  console.log(`${padding.padEnd(34)}${figures}${counts ? '   DIFFERS' : ''}`);
  if (counts) process.exitCode = 1;
}
