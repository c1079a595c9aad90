import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { encryptJwe } from '../../src/codecs/jose/jwe-cipher.ts';
import { encodeHeader, forgeJwe, forgeJws } from '../codecs/jose/forge.ts';
import { keyOf, NESTED, OLDER, readRing, tryOpen } from '../codecs/jose/jwe-vectors.ts';
import { deflatedZeros } from './deflated-zeros.ts';
import { quickestOf } from './quickest.ts';

/** CVE-2024-28176, CVE-2024-28180: a small JWE that inflates to more than there is memory. */
const ring = await readRing(['own', 'own-older'], ['google'], { purposes: [] });
const googleRing = await readRing(['google'], ['own', 'own-older'], { purposes: [] });
const recipient = keyOf(googleRing, 'encrypt', 'own-enc').key;
const olderRecipient = keyOf(googleRing, 'encrypt', 'own-older-enc').key;
const signer = keyOf(googleRing, 'sign').key;

const ZIPPED = { zip: 'DEF', cty: 'JWT' };
const current = (deflated: Buffer) =>
  forgeJwe({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'own-enc', ...ZIPPED }, deflated, recipient);
const older = (deflated: Buffer) =>
  encryptJwe(
    deflated,
    encodeHeader({ alg: 'RSA1_5', enc: 'A128CBC-HS256', kid: 'own-older-enc', ...ZIPPED }),
    olderRecipient,
    { alg: 'RSA1_5', enc: 'A128CBC-HS256' },
  );

/** Refused in less than 50 ms and without 8 MB more of memory than the process ever had. */
async function assertCheap(body: string, reason: string, rules = OLDER): Promise<void> {
  const bytes = Buffer.from(body);
  await tryOpen(bytes, ring, rules);
  const before = process.resourceUsage().maxRSS;
  const durationMs = await quickestOf(3, async () => assert.equal(await tryOpen(bytes, ring, rules), reason));
  assert.ok(durationMs < 50, `${durationMs} ms`);
  assert.ok(process.resourceUsage().maxRSS - before < 8 * 1024, 'more than 8 MB');
}

describe('[JWE-3, OQ-55] compression bombs', () => {
  for (const [edition, seal] of [
    ['current', current],
    ['older', older],
  ] as const) {
    test(`10 KB that would become 8 MB, in the ${edition} edition`, async () => {
      // A JWE is inflated once, and DEFLATE makes a thousandth of zeros at best.
      const bomb = await deflatedZeros(8);
      assert.ok(bomb.length < 10_500, `${bomb.length} bytes`);
      await assertCheap(seal(bomb), 'outer-compression');
    });

    test(`the most that a body holds, in the ${edition} edition`, async () => {
      await assertCheap(seal(await deflatedZeros(180)), 'outer-compression');
    });

    test(`10 KB that would become 1 GB if it were inflated twice, in the ${edition} edition`, async () => {
      const twice = deflateRawSync(await deflatedZeros(1024), { level: 9 });
      assert.ok(twice.length < 10_000, `${twice.length} bytes`);
      await assertCheap(seal(twice), 'outer-compression');
    });

    test(`1 GB in one body is too large to be looked at, in the ${edition} edition`, async () => {
      await assertCheap(seal(await deflatedZeros(1024)), 'too-large');
    });

    test(`a payload may inflate to 256 KiB, and to no more, in the ${edition} edition`, async () => {
      // Its base64url begins with the header and ends with the signature; what is between is divided by four.
      const jwsOf = (bytes: number) =>
        forgeJws({ alg: 'RS256', kid: 'google-sig' }, Buffer.alloc(bytes, ' '), signer);
      const most = 196_281 + 3 * Math.floor((256 * 1024 - jwsOf(196_281).length) / 4);
      assert.ok(jwsOf(most).length > 256 * 1024 - 4 && jwsOf(most).length <= 256 * 1024);
      const opened = await tryOpen(seal(deflateRawSync(jwsOf(most))), ring, OLDER);
      assert.equal(opened.length, most);
      assert.equal(await tryOpen(seal(deflateRawSync(jwsOf(most + 3))), ring, OLDER), 'outer-compression');
    });
  }

  test('where compression is off a bomb is refused before it is decrypted', async () => {
    await assertCheap(current(await deflatedZeros(8)), 'outer-algorithm', NESTED);
  });
});
