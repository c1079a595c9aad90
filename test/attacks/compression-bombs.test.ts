import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { encryptJwe } from '../../src/codecs/jose/jwe-cipher.ts';
import { TAG, writePacket } from '../../src/codecs/openpgp/packets.ts';
import { createOnePass, createSignature } from '../../src/codecs/openpgp/signature.ts';
import { encodeHeader, forgeJwe, forgeJws } from '../codecs/jose/forge.ts';
import * as jose from '../codecs/jose/jwe-vectors.ts';
import { forgeBody, literal, keyOf as pgpKeyOf } from '../codecs/openpgp/forge.ts';
import * as pgp from '../codecs/openpgp/vectors.ts';
import { deflatedZeros } from './deflated-zeros.ts';
import { quickestOf } from './quickest.ts';

/** CVE-2024-28176, CVE-2024-28180: a small body that inflates to more than there is memory. */
interface Format {
  readonly name: string;
  /** A body with that, compressed, in it. */
  readonly seal: (deflated: Buffer) => Buffer;
  /** What is compressed, as it stands within something else that is. */
  readonly within: (deflated: Buffer) => Buffer;
  /** A signed text of so many bytes, as it is before it is compressed. */
  readonly signed: (bytes: number) => Buffer;
  /** What was opened, or why it is refused. */
  readonly open: (body: Buffer) => Promise<Buffer | string>;
  /** Why a bomb is refused. */
  readonly reason: string;
}

const joseRing = await jose.readRing(['own', 'own-older'], ['google'], { purposes: [] });
const googleRing = await jose.readRing(['google'], ['own', 'own-older'], { purposes: [] });
const joseSigner = jose.keyOf(googleRing, 'sign').key;
const ZIPPED = { zip: 'DEF', cty: 'JWT' };
const current = (deflated: Buffer) => {
  const header = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'own-enc', ...ZIPPED };
  return Buffer.from(forgeJwe(header, deflated, jose.keyOf(googleRing, 'encrypt', 'own-enc').key));
};
const older = (deflated: Buffer) => {
  const algorithms = { alg: 'RSA1_5', enc: 'A128CBC-HS256' } as const;
  const header = encodeHeader({ ...algorithms, kid: 'own-older-enc', ...ZIPPED });
  const { key } = jose.keyOf(googleRing, 'encrypt', 'own-older-enc');
  return Buffer.from(encryptJwe(deflated, header, key, algorithms));
};
const jwe = {
  within: (deflated: Buffer) => deflated,
  signed: (bytes: number) =>
    Buffer.from(forgeJws({ alg: 'RS256', kid: 'google-sig' }, Buffer.alloc(bytes, ' '), joseSigner)),
  open: (body: Buffer) => jose.tryOpen(body, joseRing, jose.OLDER),
  reason: 'outer-compression',
};
const editions: readonly Format[] = [
  { name: '[JWE-3, OQ-55] JWE, the current edition', seal: current, ...jwe },
  { name: '[JWE-3, OQ-55] JWE, the older edition', seal: older, ...jwe },
];

const pgpRing = await pgp.readRing(['own-2048'], ['peer-2048']);
const peerRing = await pgp.readMirroredRing(['own-2048'], ['peer-2048']);
const pgpSigner = pgpKeyOf(peerRing, 'sign');
const recipient = pgpKeyOf(peerRing, 'encrypt');
const zip = (deflated: Buffer) => writePacket(TAG.compressed, Buffer.from([1]), deflated);
const openpgp: Format = {
  name: '[PGP-13] OpenPGP',
  seal: (deflated) => forgeBody(zip(deflated), recipient),
  within: zip,
  signed(bytes) {
    const text = Buffer.alloc(bytes, 'a');
    const signature = createSignature(text, pgpSigner, pgp.NOW_MS);
    return Buffer.concat([createOnePass(pgpSigner, true), literal(text), signature]);
  },
  open: async (body) => pgp.tryOpen(body, pgpRing),
  reason: 'compression',
};

/** Refused in less than 50 ms and without 8 MB more of memory than the process ever had. */
async function assertCheap(body: Buffer, reason: string, open: Format['open']): Promise<void> {
  await open(body);
  const before = process.resourceUsage().maxRSS;
  const durationMs = await quickestOf(3, async () => assert.equal(await open(body), reason));
  assert.ok(durationMs < 50, `${durationMs} ms`);
  assert.ok(process.resourceUsage().maxRSS - before < 8 * 1024, 'more than 8 MB');
}

const INFLATED_MAX = 256 * 1024;

/** The longest text that is within the limit when it is signed. */
function longestText({ signed }: Format): number {
  let [most, tooMany] = [0, INFLATED_MAX];
  while (tooMany - most > 1) {
    const bytes = (most + tooMany) >> 1;
    if (signed(bytes).length <= INFLATED_MAX) most = bytes;
    else tooMany = bytes;
  }
  return most;
}

for (const format of [openpgp, ...editions]) {
  describe(`${format.name}: compression bombs`, () => {
    const { seal, within, signed, open, reason } = format;
    test('the most that a body holds is refused at once', async () => {
      await assertCheap(seal(await deflatedZeros(180)), reason, open);
    });

    test('10 KB that would become 1 GB, inflated twice, are refused at once', async () => {
      // 1 GB deflates to 1 MB, and that, being regular, to a few KB.
      const twice = deflateRawSync(within(await deflatedZeros(1024)), { level: 9 });
      assert.ok(twice.length < 10_000, `${twice.length} bytes`);
      await assertCheap(seal(twice), reason, open);
    });

    test('what is signed may inflate to 256 KiB, and to no more', async () => {
      const most = longestText(format);
      assert.ok(signed(most).length > INFLATED_MAX - 4, 'the limit is reached');
      assert.equal((await open(seal(deflateRawSync(signed(most))))).length, most);
      assert.equal(await open(seal(deflateRawSync(signed(most + 1)))), reason);
    });
  });
}

for (const { name, seal, open, reason } of editions) {
  test(`${name}: 10 KB that would become 8 MB, and 1 GB in one body`, async () => {
    // A JWE is inflated once, and DEFLATE makes a thousandth of zeros at best.
    const bomb = await deflatedZeros(8);
    assert.ok(bomb.length < 10_500, `${bomb.length} bytes`);
    await assertCheap(seal(bomb), reason, open);
    await assertCheap(seal(await deflatedZeros(1024)), 'too-large', open);
  });
}

test('[JWE-3] where compression is off a bomb is refused before it is decrypted', async () => {
  const open = (body: Buffer) => jose.tryOpen(body, joseRing, jose.NESTED);
  await assertCheap(current(await deflatedZeros(8)), 'outer-algorithm', open);
});

test('[PGP-13] a bomb within a bomb within a bomb, small at every step, is refused unopened', async () => {
  let nested = literal(Buffer.from('innermost'));
  for (let depth = 0; depth < 500; depth += 1) nested = zip(deflateRawSync(nested, { level: 0 }));
  await assertCheap(forgeBody(nested, recipient), 'inner-structure', openpgp.open);
});

test('[PGP-13] many small packets, parts and recipients cost no more than their bytes', async () => {
  const packets = (one: Buffer, bytes: number) =>
    Buffer.concat(Array.from({ length: bytes / one.length }, () => one));
  const empty = Buffer.from([0xc2, 0x00]);
  const parts = [Buffer.from([0xcb]), packets(Buffer.from([0xe0, 0x62]), 180_000), Buffer.from([0])];
  for (const inner of [
    packets(empty, 180_000),
    Buffer.concat(parts),
    zip(deflateRawSync(packets(empty, 250_000))),
  ]) {
    await assertCheap(forgeBody(inner, recipient), 'inner-structure', openpgp.open);
  }
  const toMany = Array.from({ length: 47 }, () => recipient);
  const damaged = forgeBody(Buffer.alloc(100), ...toMany);
  damaged[damaged.length - 40] = damaged[damaged.length - 40] === 0x41 ? 0x42 : 0x41;
  await assertCheap(damaged, 'integrity', openpgp.open);
});
