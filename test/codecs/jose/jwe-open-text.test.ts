import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BodyFault } from '../../../src/codecs/body-fault.ts';
import { sealJwe } from '../../../src/codecs/jose/jwe-seal.ts';
import { encode, encodeHeader, forgeJwe, forgeJws } from './forge.ts';
import { INNER, OUTER, recipient, ring, signer, withOuter } from './jwe-requests.ts';
import { NESTED, NOW_MS, REQUEST, readRing, tryOpen } from './jwe-vectors.ts';

describe('the text of a body', () => {
  const body = withOuter(OUTER);
  const [header, key, iv, ciphertext, tag] = body.split('.') as [string, string, string, string, string];

  test('[HTTP-5, OQ-52] one line break at its end is let pass, nothing else around or in it', async () => {
    assert.deepEqual(await tryOpen(`${body}\n`, ring), REQUEST);
    assert.deepEqual(await tryOpen(`${body}\r\n`, ring), REQUEST);
    for (const text of [
      `${body}\n\n`,
      `${body} `,
      ` ${body}`,
      `\n${body}`,
      `\ufeff${body}`,
      `${body}=`,
      `${body}\0`,
      `${body}.`,
      `.${body}`,
      encode(encode(body)),
      JSON.stringify(body),
      `${header}.\n${key}.${iv}.${ciphertext}.${tag}`,
    ]) {
      assert.equal(await tryOpen(text, ring), 'encoding', text.slice(-20));
    }
  });

  test('[JWE-5] parts that are missing, empty, cut, swapped or from another message', async () => {
    const [, otherKey = '', otherIv = '', , otherTag = ''] = withOuter(OUTER).split('.');
    const texts: [BodyFault, string][] = [
      ['encoding', ''],
      ['encoding', '....'],
      ['encoding', `${header}..${iv}.${ciphertext}.${tag}`],
      ['encoding', `${header}.${key}..${ciphertext}.${tag}`],
      ['integrity', `${header}.${key}.${iv}..${tag}`],
      ['encoding', `${header}.${key}.${iv}.${ciphertext}.`],
      ['encoding', `${header}.${key}.${iv}.${ciphertext}`],
      ['outer-structure', `${header}.${key}.${iv}.${ciphertext}.${tag.slice(0, -2)}`.replace(/.$/, 'A')],
      ['outer-structure', `${header}.${key}.${iv.slice(0, 8)}.${ciphertext}.${tag}`],
      ['outer-structure', `${header}.${key}.${iv}.${ciphertext}.${tag.slice(0, 16)}`],
      ['integrity', `${header}.${otherKey}.${iv}.${ciphertext}.${tag}`],
      ['integrity', `${header}.${key}.${otherIv}.${ciphertext}.${tag}`],
      ['integrity', `${header}.${key}.${iv}.${ciphertext}.${otherTag}`],
      ['integrity', `${header}.${key.slice(0, 340)}.${iv}.${ciphertext}.${tag}`],
      ['integrity', `${header}.AAAA.${iv}.${ciphertext}.${tag}`],
      ['integrity', `${header}.${key}.${iv}.${ciphertext.slice(0, 400)}.${tag}`],
      ['integrity', `${encodeHeader({ ...OUTER, x: 1 })}.${key}.${iv}.${ciphertext}.${tag}`],
    ];
    for (const [reason, text] of texts) assert.equal(await tryOpen(text, ring), reason, text);
  });

  test('[JWE-5] more than 256 KiB are refused unread, and a payload may be as large as fits', async () => {
    const large = forgeJwe(OUTER, forgeJws(INNER, Buffer.alloc(140_000, ' '), signer), recipient);
    assert.equal((await tryOpen(large, ring)).length, 140_000);
    assert.equal(await tryOpen('a'.repeat(256 * 1024 + 1), ring), 'too-large');
    assert.equal(await tryOpen('a'.repeat(256 * 1024), ring), 'encoding');
  });
});

describe('opening a JWE that stands in base64url', () => {
  const jwe = withOuter(OUTER);

  test('[HTTP-5] editions differ: padded or not, with a line break or without, it is what stands in it', async () => {
    const wrapped = Buffer.from(jwe).toString('base64url');
    const padded = wrapped.padEnd(Math.ceil(wrapped.length / 4) * 4, '=');
    for (const body of [wrapped, padded, `${wrapped}\n`, `${padded}\r\n`, encode(`${jwe}\n`)])
      assert.deepEqual(await tryOpen(body, ring), REQUEST);
    const ours = await readRing(['own'], ['google']);
    const theirs = await readRing(['google'], ['own']);
    const sealed = Buffer.from(await sealJwe(REQUEST, theirs, { ...NESTED, wrapped: true }, NOW_MS));
    assert.match(sealed.toString(), /^[A-Za-z0-9_-]+={0,2}$/);
    assert.equal(sealed.length % 4, 0);
    assert.deepEqual(await tryOpen(sealed.toString(), ours), REQUEST);
  });

  test('[HTTP-5] it is decoded once, and base64 of another alphabet is none', async () => {
    for (const body of [
      encode(encode(jwe)),
      `+${encode(jwe).slice(1)}`,
      Buffer.from(jwe).toString('base64').replace(/.$/, '/'),
      `${encode(jwe)}\n\n`,
      ` ${encode(jwe)}`,
      'AAAA',
      '',
      encode('.'.repeat(100)),
      encode('\0'.repeat(190_000)),
    ])
      assert.equal(await tryOpen(body, ring), 'encoding', body.slice(0, 20));
  });
});
