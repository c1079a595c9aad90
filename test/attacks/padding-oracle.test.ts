import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inProofs, proofSize } from '../support/proof-size.ts';
import { paddedFormats } from './padding-samples.ts';
import { compareTimes, type TimeComparison, threadMicros } from './timing.ts';

const PAIRS = proofSize('PROOF_PAIRS', { quick: 300, mass: 1200 });

/** Both must speak against it: on a busy machine one of them alone does so now and then. */
const differs = ({ differenceMicros, signP, rankP }: TimeComparison) =>
  Math.abs(differenceMicros) >= 1 && signP < 1e-4 && rankP < 1e-4;

/**
 * Bleichenbacher 1998, ROBOT 2017, Marvin 2023: whoever can tell whether a ciphertext was well padded, by an answer
 * or by its time, decrypts any message with some ten thousand questions.
 */
for (const { name, good, paddings, telling, sample } of paddedFormats) {
  const samples = (padding: string) => Array.from({ length: PAIRS }, () => sample(padding));

  describe(`[PGP-5, JWE-3] an attacker who varies the encrypted key: ${name}`, () => {
    test('gets one and the same answer, and the log one and the same reason', async () => {
      for (const padding of paddings) {
        for (let at = 0; at < 20; at += 1) assert.equal(await sample(padding).answer(), 'integrity', padding);
      }
    });

    for (const padding of telling) {
      test(`can't tell a well padded key by its time from: ${padding}`, inProofs, () => {
        const [right, wrong] = [samples(good), samples(padding)];
        const compare = () =>
          compareTimes(
            PAIRS,
            (at) => right[at]?.decrypt(),
            (at) => wrong[at]?.decrypt(),
          );
        // A difference that is there is there again.
        const comparison = compare();
        assert.ok(!differs(comparison) || !differs(compare()), JSON.stringify(comparison));
      });
    }

    test(
      'would be noticed here, however busy the machine, if a good one took 20 microseconds longer',
      inProofs,
      () => {
        const [right, wrong] = [samples('random'), samples('random')];
        const leak = (at: number) => {
          right[at]?.decrypt();
          const endMicros = threadMicros() + 20;
          while (threadMicros() < endMicros);
        };
        const compare = () => compareTimes(PAIRS, leak, (at) => wrong[at]?.decrypt());
        // Beside other load it may take a few looks; without a leak, no number of them sees one.
        assert.ok(Array.from({ length: 8 }).some(() => differs(compare())));
      },
    );
  });
}
