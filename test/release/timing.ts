/**
 * Compares how long a message with a well padded key takes with how long each other kind of block takes, for each format.
 *
 *   node test/release/timing.ts [pairs = 100000]
 */
import { paddedFormats } from '../attacks/padding-samples.ts';
import { compareTimes } from '../attacks/timing.ts';

const pairs = Number(process.argv[2] ?? 100_000);
const CIPHERTEXTS = 2000;

console.log(`${pairs} pairs each; a difference counts from 1 µs up with both p below 0.01`);
for (const { name, good, paddings, sample } of paddedFormats) {
  const decrypter = (padding: string) => {
    const samples = Array.from({ length: CIPHERTEXTS }, () => sample(padding));
    return (at: number) => samples[at % CIPHERTEXTS]?.decrypt();
  };
  const right = decrypter(good);
  compareTimes(1000, right, right);
  console.log(name);
  for (const padding of paddings) {
    const { differenceMicros, signP, rankP } = compareTimes(pairs, right, decrypter(padding));
    const counts = Math.abs(differenceMicros) >= 1 && signP < 0.01 && rankP < 0.01;
    const figures = `${differenceMicros.toFixed(3)} µs, p ${signP.toPrecision(2)} and ${rankP.toPrecision(2)}`;
    console.log(`  ${padding.padEnd(34)}${figures}${counts ? '   DIFFERS' : ''}`);
    if (counts) process.exitCode = 1;
  }
}
