import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { TAG, writePacket } from '../../src/codecs/openpgp/packets.ts';
import { createOnePass, createSignature } from '../../src/codecs/openpgp/signature.ts';
import { forgeBody, keyOf, literal } from '../codecs/openpgp/forge.ts';
import { NOW_MS, readMirroredRing, readRing, tryOpen } from '../codecs/openpgp/vectors.ts';
import { deflatedZeros } from './deflated-zeros.ts';
import { quickestOf } from './quickest.ts';

const ring = await readRing(['own-2048'], ['peer-2048']);
const peerRing = await readMirroredRing(['own-2048'], ['peer-2048']);
const signer = keyOf(peerRing, 'sign');
const recipient = keyOf(peerRing, 'encrypt');

const zip = (deflated: Buffer) => writePacket(TAG.compressed, Buffer.from([1]), deflated);

/** Refuses a body in less than 50 ms and without 8 MB more of memory than the process ever had. */
async function assertCheap(body: Buffer, reason: string): Promise<void> {
  tryOpen(body, ring);
  const before = process.resourceUsage().maxRSS;
  const durationMs = await quickestOf(3, () => assert.equal(tryOpen(body, ring), reason));
  assert.ok(durationMs < 50, `${durationMs} ms`);
  assert.ok(process.resourceUsage().maxRSS - before < 8 * 1024, 'more than 8 MB');
}

describe('[PGP-13] compression bombs', () => {
  test('10 KB that would become 1 GB are refused at once', async () => {
    // 1 GB deflates to 1 MB, and that, being regular, to a few KB.
    const bomb = zip(deflateRawSync(zip(await deflatedZeros(1024)), { level: 9 }));
    assert.ok(bomb.length < 10_000, `${bomb.length} bytes`);
    await assertCheap(forgeBody(bomb, recipient), 'compression');
  });

  test('the most that a body holds is refused at once', async () => {
    const bomb = zip(await deflatedZeros(180));
    await assertCheap(forgeBody(bomb, recipient), 'compression');
  });

  test('a bomb within a bomb within a bomb, small at every step, is refused unopened', async () => {
    let nested = literal(Buffer.from('innermost'));
    for (let depth = 0; depth < 500; depth += 1) nested = zip(deflateRawSync(nested, { level: 0 }));
    await assertCheap(forgeBody(nested, recipient), 'inner-structure');
  });

  test('a signed text may inflate to 256 KiB with its packets, and to no more', () => {
    const signedText = (bytes: number) => {
      const text = Buffer.alloc(bytes, 'a');
      return Buffer.concat([
        createOnePass(signer, true),
        literal(text),
        createSignature(text, signer, NOW_MS),
      ]);
    };
    const overhead = signedText(256 * 1024).length - 256 * 1024;
    const most = signedText(256 * 1024 - overhead);
    assert.equal(most.length, 256 * 1024);
    assert.equal(
      tryOpen(forgeBody(zip(deflateRawSync(most)), recipient), ring).length,
      256 * 1024 - overhead,
    );
    const more = signedText(256 * 1024 - overhead + 1);
    assert.equal(tryOpen(forgeBody(zip(deflateRawSync(more)), recipient), ring), 'compression');
  });

  test('many small packets, parts and recipients cost no more than their bytes', async () => {
    const packets = (one: Buffer, bytes: number) =>
      Buffer.concat(Array.from({ length: bytes / one.length }, () => one));
    await assertCheap(forgeBody(packets(Buffer.from([0xc2, 0x00]), 180_000), recipient), 'inner-structure');
    const parts = Buffer.concat([
      Buffer.from([0xcb]),
      packets(Buffer.from([0xe0, 0x62]), 180_000),
      Buffer.from([0]),
    ]);
    await assertCheap(forgeBody(parts, recipient), 'inner-structure');
    const zeros = zip(deflateRawSync(packets(Buffer.from([0xc2, 0x00]), 250_000)));
    await assertCheap(forgeBody(zeros, recipient), 'inner-structure');
    const toMany = Array.from({ length: 47 }, () => recipient);
    const damaged = forgeBody(Buffer.alloc(100), ...toMany);
    damaged[damaged.length - 40] = damaged[damaged.length - 40] === 0x41 ? 0x42 : 0x41;
    await assertCheap(damaged, 'integrity');
  });
});
