import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keyOf } from '../codecs/openpgp/forge.ts';
import { readMirroredRing, readRing, tryOpen } from '../codecs/openpgp/vectors.ts';
import { proofSize } from '../support/proof-size.ts';
import { anyText, bodyWithBlock, PADDINGS } from './pgp-padding-samples.ts';
import { compareTimes, type TimeComparison, threadMicros } from './timing.ts';

/**
 * Bleichenbacher 1998, ROBOT 2017, Marvin 2023: whoever can tell whether a ciphertext was well padded, by an answer
 * or by its time, decrypts any message with some ten thousand questions.
 */
const ring = await readRing(['own-2048'], ['peer-2048']);
const recipient = keyOf(await readMirroredRing(['own-2048'], ['peer-2048']), 'encrypt');
const text = anyText();
const PAIRS = proofSize('PROOF_PAIRS', { quick: 300, mass: 1200 });

/** Both must speak against it: on a busy machine one of them alone does so now and then. */
const differs = ({ differenceMicros, signP, rankP }: TimeComparison) =>
  Math.abs(differenceMicros) >= 1 && signP < 1e-4 && rankP < 1e-4;

function bodies(padding: string, count: number): Buffer[] {
  const pad = PADDINGS[padding];
  assert.ok(pad);
  return Array.from({ length: count }, () => bodyWithBlock(pad(recipient.modulusBytes), recipient, text));
}

const open = (body: Buffer | undefined) => tryOpen(body ?? Buffer.alloc(0), ring);

describe('[PGP-5] an attacker who varies the encrypted session key', () => {
  test('gets one and the same answer, and the log one and the same reason', () => {
    for (const padding of Object.keys(PADDINGS)) {
      for (const body of bodies(padding, 20)) assert.equal(open(body), 'integrity', padding);
    }
  });

  for (const padding of ['random', 'well padded, a wrong checksum', 'well padded, too short']) {
    test(`can't tell a well padded session key by its time from: ${padding}`, () => {
      const [good, bad] = [bodies('well padded, a session key', PAIRS), bodies(padding, PAIRS)];
      const compare = () =>
        compareTimes(
          PAIRS,
          (at) => open(good[at]),
          (at) => open(bad[at]),
        );
      // A difference that is there is there again.
      const comparison = compare();
      assert.ok(!differs(comparison) || !differs(compare()), JSON.stringify(comparison));
    });
  }

  test('would be noticed here, however busy the machine, if a good one took 20 microseconds longer', () => {
    const [good, bad] = [bodies('random', PAIRS), bodies('random', PAIRS)];
    const leak = (at: number) => {
      open(good[at]);
      const endMicros = threadMicros() + 20;
      while (threadMicros() < endMicros);
    };
    const compare = () => compareTimes(PAIRS, leak, (at) => open(bad[at]));
    // Beside other load it may take a few looks; without a leak, no number of them sees one.
    assert.ok(Array.from({ length: 8 }).some(() => differs(compare())));
  });
});
