import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decryptRsa15 } from '../../src/codecs/jose/jwe-rsa1-5.ts';
import { keyOf, OLDER, readRing, tryOpen } from '../codecs/jose/jwe-vectors.ts';
import { proofSize } from '../support/proof-size.ts';
import { PADDINGS, sampleMaker } from './jose-padding-samples.ts';
import { compareTimes, type TimeComparison, threadMicros } from './timing.ts';

/**
 * Bleichenbacher 1998, ROBOT 2017, Marvin 2023: whoever can tell whether a ciphertext was well padded, by an answer
 * or by its time, decrypts any message with some ten thousand questions. RSA1_5 is off by default; switched on, it
 * must not tell.
 */
const ring = await readRing(['own-older'], ['google'], { purposes: [] });
const { key } = keyOf(ring, 'decrypt');
const recipient = keyOf(await readRing(['google'], ['own-older'], { purposes: [] }), 'encrypt');
const sample = sampleMaker(recipient.keyId, recipient.key);
const PAIRS = proofSize('PROOF_PAIRS', { quick: 300, mass: 1200 });

/** Both must speak against it: on a busy machine one of them alone does so now and then. */
const differs = ({ differenceMicros, signP, rankP }: TimeComparison) =>
  Math.abs(differenceMicros) >= 1 && signP < 1e-4 && rankP < 1e-4;

function samples(padding: string): readonly string[][] {
  return Array.from({ length: PAIRS }, () => sample(padding).split('.'));
}

const decrypt = (parts: readonly string[] | undefined) => decryptRsa15(parts ?? [], key, 'A128CBC-HS256');

describe('[JWE-3] an attacker who varies the encrypted key of a JWE', () => {
  test('gets one and the same answer, and the log one and the same reason', async () => {
    for (const padding of Object.keys(PADDINGS)) {
      for (let at = 0; at < 20; at += 1)
        assert.equal(await tryOpen(sample(padding), ring, OLDER), 'integrity', padding);
    }
  });

  for (const padding of ['random', 'well padded, a key too short', 'well padded, a key too long']) {
    test(`can't tell a well padded key by its time from: ${padding}`, () => {
      const [good, bad] = [samples('well padded, a key'), samples(padding)];
      const compare = () =>
        compareTimes(
          PAIRS,
          (at) => decrypt(good[at]),
          (at) => decrypt(bad[at]),
        );
      // A difference that is there is there again.
      const comparison = compare();
      assert.ok(!differs(comparison) || !differs(compare()), JSON.stringify(comparison));
    });
  }

  test('would be noticed here, however busy the machine, if a good one took 20 microseconds longer', () => {
    const [good, bad] = [samples('random'), samples('random')];
    const leak = (at: number) => {
      decrypt(good[at]);
      const endMicros = threadMicros() + 20;
      while (threadMicros() < endMicros);
    };
    const compare = () => compareTimes(PAIRS, leak, (at) => decrypt(bad[at]));
    // Beside other load it may take a few looks; without a leak, no number of them sees one.
    assert.ok(Array.from({ length: 8 }).some(() => differs(compare())));
  });
});
