import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { CURRENT_ALGORITHMS } from '../../../src/codecs/jose/algorithms.ts';
import { encryptRsa15 } from '../../../src/codecs/jose/jwe-rsa1-5.ts';
import { sealJwe } from '../../../src/codecs/jose/jwe-seal.ts';
import type { RefusalReason } from '../../../src/codecs/refusal.ts';
import { encode, encodeHeader, forgeHmacJws, forgeJwe, forgeJws, type Header } from './forge.ts';
import {
  BARE,
  DAY_MS,
  jwkOf,
  keyOf,
  NESTED,
  NOW_MS,
  OLDER,
  REQUEST,
  readRing,
  tryOpen,
} from './jwe-vectors.ts';

const ring = await readRing(['own'], ['google'], { allowed: CURRENT_ALGORITHMS });
const googleRing = await readRing(['google', 'google-next'], ['own', 'own-next']);
const recipient = keyOf(googleRing, 'encrypt', 'own-enc').key;
const signer = keyOf(googleRing, 'sign', 'google-sig').key;

const OUTER = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'own-enc', cty: 'JWT' };
const INNER = { alg: 'RS256', kid: 'google-sig' };
const JWS = forgeJws(INNER, REQUEST, signer);

/** A request whose one header is this one. */
const withOuter = (header: Header) => forgeJwe(header, JWS, recipient);
const withInner = (header: Header) => forgeJwe(OUTER, forgeJws(header, REQUEST, signer), recipient);

describe('opening a JWE around a JWS', () => {
  test('[JWE-1, JWE-4] what Google signed and encrypted to us is opened', async () => {
    assert.deepEqual(await tryOpen(withOuter(OUTER), ring), REQUEST);
    assert.deepEqual(
      await tryOpen(
        await sealJwe(REQUEST, googleRing, NESTED, NOW_MS),
        await readRing(['own', 'own-next'], ['google-next']),
      ),
      REQUEST,
    );
  });

  test('[JWE-5] an unknown name on the JWE is undecryptable, on the JWS wrongly signed', async () => {
    assert.equal(await tryOpen(withOuter({ ...OUTER, kid: 'unknown' }), ring), 'not-for-us');
    assert.equal(await tryOpen(withInner({ ...INNER, kid: 'unknown' }), ring), 'unknown-signer');
    // Names are compared as they are, and a key for another purpose isn't meant.
    for (const kid of ['Own-enc', 'own-enc ', 'own', '', 'google-enc', 'own-sig', 0, null, true]) {
      assert.equal(await tryOpen(withOuter({ ...OUTER, kid }), ring), 'not-for-us', String(kid));
    }
    for (const kid of ['google-enc', 'own-sig', 'own-enc', null]) {
      assert.equal(await tryOpen(withInner({ ...INNER, kid }), ring), 'unknown-signer', String(kid));
    }
  });

  test('[OQ-50] without a name there must be only one key', async () => {
    const { kid: _, ...unnamed } = OUTER;
    const body = forgeJwe(unnamed, forgeJws({ alg: 'RS256' }, REQUEST, signer), recipient);
    assert.deepEqual(await tryOpen(body, ring), REQUEST);
    assert.deepEqual(
      await tryOpen(body, await readRing(['own', 'own-expired'], ['google', 'google-expired'])),
      REQUEST,
    );
    assert.equal(await tryOpen(body, await readRing(['own', 'own-next'], ['google'])), 'not-for-us');
    assert.equal(await tryOpen(body, await readRing(['own'], ['google', 'google-next'])), 'unknown-signer');
  });

  test('[JWE-5] a signature by somebody else, or over something else, is wrong', async () => {
    const stranger = keyOf(await readRing(['stranger'], ['own']), 'sign').key;
    const forged = forgeJwe(OUTER, forgeJws(INNER, REQUEST, stranger), recipient);
    assert.equal(await tryOpen(forged, ring), 'wrong-signature');
    const [header, , signature] = JWS.split('.');
    const changed = `${header}.${encode('{}')}.${signature}`;
    assert.equal(await tryOpen(forgeJwe(OUTER, changed, recipient), ring), 'wrong-signature');
  });

  test('[ECHO-4, OQ-26] expired keys: ours is good for the grace, Google’s not for a moment', async () => {
    const both = await readRing(['own', 'own-next'], ['google', 'google-next']);
    const endMs = Date.UTC(2027, 2, 1);
    const soon = await readRing(['own', 'own-next'], ['google-next']);
    const body = await sealJwe(REQUEST, await readRing(['google-next'], ['own']), NESTED, NOW_MS);
    assert.deepEqual(await tryOpen(body, soon, NESTED, endMs + DAY_MS - 1), REQUEST);
    assert.equal(await tryOpen(body, soon, NESTED, endMs + DAY_MS), 'not-for-us');
    const next = forgeJwe(
      { ...OUTER, kid: 'own-next-enc' },
      JWS,
      keyOf(googleRing, 'encrypt', 'own-next-enc').key,
    );
    assert.deepEqual(await tryOpen(next, both, NESTED, endMs - 1), REQUEST);
    assert.equal(await tryOpen(next, both, NESTED, endMs), 'inactive-signer');
    assert.equal(await tryOpen(next, both, NESTED, Date.UTC(2026, 8, 30)), 'not-for-us');
  });

  for (const [reason, header] of [
    ['outer-algorithm', { ...OUTER, alg: 'RSA-OAEP' }],
    ['outer-algorithm', { ...OUTER, alg: 'RSA1_5' }],
    ['outer-algorithm', { ...OUTER, alg: 'RSA1_5', enc: 'A128CBC-HS256' }],
    ['outer-algorithm', { ...OUTER, alg: 'dir' }],
    ['outer-algorithm', { ...OUTER, alg: 'A256KW' }],
    ['outer-algorithm', { ...OUTER, alg: 'PBES2-HS256+A128KW', p2c: 1e9, p2s: 'AAAAAAAAAAA' }],
    ['outer-algorithm', { ...OUTER, alg: 'RS256' }],
    ['outer-algorithm', { ...OUTER, alg: 'none' }],
    ['outer-algorithm', { ...OUTER, alg: 'rsa-oaep-256' }],
    ['outer-algorithm', { enc: 'A256GCM', kid: 'own-enc' }],
    ['outer-algorithm', { ...OUTER, enc: 'A128GCM' }],
    ['outer-algorithm', { ...OUTER, enc: 'A128CBC-HS256' }],
    ['outer-algorithm', { alg: 'RSA-OAEP-256', kid: 'own-enc' }],
    ['outer-algorithm', { ...OUTER, zip: 'DEF' }],
    ['outer-algorithm', { ...OUTER, zip: 'GZ' }],
    ['outer-algorithm', { ...OUTER, zip: null }],
    ['outer-structure', { ...OUTER, crit: ['exp'], exp: 1 }],
    ['outer-structure', { ...OUTER, jku: 'https://google.example/keys' }],
    ['outer-structure', { ...OUTER, cty: 'JSON' }],
    ['outer-structure', { ...OUTER, cty: 'JOSE+JSON' }],
    ['outer-structure', { ...OUTER, cty: ['JWT'] }],
    ['outer-structure', { ...OUTER, typ: 'JOSE+JSON' }],
    ['outer-structure', { ...OUTER, typ: 'at+jwt' }],
    ['outer-structure', '{"alg":"RSA-OAEP-256","alg":"RSA-OAEP-256","enc":"A256GCM","kid":"own-enc"}'],
  ] satisfies [RefusalReason, Header][]) {
    test(`[JWE-2, OQ-51, OQ-52] ${JSON.stringify(header)} on the JWE is refused`, async () => {
      assert.equal(await tryOpen(withOuter(header), ring), reason);
    });
  }

  for (const [reason, header] of [
    ['signature-algorithm', { ...INNER, alg: 'PS256' }],
    ['signature-algorithm', { ...INNER, alg: 'RS512' }],
    ['signature-algorithm', { ...INNER, alg: 'ES256' }],
    ['signature-algorithm', { ...INNER, alg: 'HS256' }],
    ['signature-algorithm', { ...INNER, alg: 'none' }],
    ['signature-algorithm', { ...INNER, alg: 'None' }],
    ['signature-algorithm', { kid: 'google-sig' }],
    ['signature-format', { ...INNER, crit: ['b64'], b64: false }],
    ['signature-format', { ...INNER, b64: false }],
    ['signature-format', { ...INNER, jwk: jwkOf('stranger.public', 'stranger-sig') }],
    ['signature-format', { ...INNER, cty: 'JWT' }],
    ['signature-format', { ...INNER, typ: 'dpop+jwt' }],
  ] satisfies [RefusalReason, Header][]) {
    const shown = JSON.stringify(header).slice(0, 80);
    test(`[JWE-2, OQ-51, OQ-52] ${shown} on the JWS is refused`, async () => {
      assert.equal(await tryOpen(withInner(header), ring), reason);
    });
  }

  test('[OQ-51, OQ-52] markers and members that say nothing wrong are let pass', async () => {
    const { cty: _, ...unmarked } = OUTER;
    for (const more of [
      {},
      { cty: 'jwt' },
      { cty: 'JOSE' },
      { cty: 'application/jose; charset=utf-8' },
      { typ: 'JOSE' },
      { typ: 'JWT' },
      { x5t: 'AAAA' },
      { iat: 1 },
    ]) {
      assert.deepEqual(
        await tryOpen(withOuter({ ...unmarked, ...more }), ring),
        REQUEST,
        JSON.stringify(more),
      );
    }
    for (const more of [
      { typ: 'JWT' },
      { cty: 'json' },
      { cty: 'application/json' },
      { iat: 1e12 },
      { 'x5t#S256': 'AAAA' },
    ]) {
      assert.deepEqual(await tryOpen(withInner({ ...INNER, ...more }), ring), REQUEST, JSON.stringify(more));
    }
  });

  test('[JWE-2] the key says with which algorithm it signs, the token doesn’t', async () => {
    const three = await readRing(['own'], ['google', 'google-es256', 'google-ps256']);
    for (const name of ['google-es256', 'google-ps256']) {
      const body = await sealJwe(REQUEST, await readRing([name], ['own'], { purposes: [] }), NESTED, NOW_MS);
      assert.deepEqual(await tryOpen(body, three), REQUEST, name);
    }
    assert.equal(
      await tryOpen(withInner({ ...INNER, kid: 'google-ps256-sig' }), three),
      'signature-algorithm',
    );
    assert.equal(
      await tryOpen(withInner({ alg: 'PS256', kid: 'google-ps256-sig' }), three),
      'wrong-signature',
    );
    assert.equal(
      await tryOpen(withInner({ alg: 'ES256', kid: 'google-es256-sig' }), three),
      'wrong-signature',
    );
  });

  test('[JWE-2] a public key is no secret for an HMAC', async () => {
    const publicKey = createPublicKey({ key: jwkOf('google.public', 'google-sig'), format: 'jwk' });
    const secrets = [
      publicKey.export({ format: 'pem', type: 'spki' }),
      publicKey.export({ format: 'der', type: 'spki' }),
      JSON.stringify(jwkOf('google.public', 'google-sig')),
    ];
    for (const secret of secrets) {
      const jws = forgeHmacJws({ alg: 'HS256', kid: 'google-sig' }, REQUEST, secret);
      assert.equal(await tryOpen(forgeJwe(OUTER, jws, recipient), ring), 'signature-algorithm');
    }
  });
});

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
    const texts: [RefusalReason, string][] = [
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

describe('opening a bare JWE', () => {
  const header = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'own-enc' };

  test('[JWE-1, OQ-13] what is encrypted to us is opened, whoever made it', async () => {
    assert.deepEqual(await tryOpen(forgeJwe(header, REQUEST, recipient), ring, BARE), REQUEST);
    assert.deepEqual(
      await tryOpen(forgeJwe({ ...header, cty: 'json' }, REQUEST, recipient), ring, BARE),
      REQUEST,
    );
  });

  test('[JWE-1] nothing may be encrypted, too; a changed tag of it is found', async () => {
    const nothing = forgeJwe({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'own-enc' }, '', recipient);
    assert.deepEqual(await tryOpen(nothing, ring, BARE), Buffer.alloc(0));
    const [header, key, vector, text, tag = ''] = nothing.split('.');
    const otherTag = (tag.startsWith('A') ? 'B' : 'A') + tag.slice(1);
    assert.equal(await tryOpen([header, key, vector, text, otherTag].join('.'), ring, BARE), 'integrity');
    assert.equal(await tryOpen(nothing, ring), 'unsigned');
  });

  test('[OQ-51] one that says that a JWS is within is refused: nobody would verify it', async () => {
    for (const cty of ['JWT', 'jose', 'application/jwt']) {
      assert.equal(
        await tryOpen(forgeJwe({ ...header, cty }, JWS, recipient), ring, BARE),
        'outer-structure',
      );
    }
  });
});

describe('opening a JWE of the older edition', () => {
  const header = { alg: 'RSA1_5', enc: 'A128CBC-HS256', kid: 'own-older-enc', cty: 'JWT' };
  const sealOlder = async (change: object) => {
    const key = keyOf(await readRing(['google'], ['own-older'], { purposes: [] }), 'encrypt').key;
    return encryptRsa15(Buffer.from(JWS), encodeHeader({ ...header, ...change }), key);
  };

  test('[JWE-3] only where it is allowed, to a key that names it, and with its own content encryption', async () => {
    const older = await readRing(['own', 'own-older'], ['google'], { purposes: [] });
    const body = await sealOlder({});
    assert.deepEqual(await tryOpen(body, older, OLDER), REQUEST);
    assert.equal(await tryOpen(body, older, NESTED), 'outer-algorithm');
    assert.equal(await tryOpen(body, ring, OLDER), 'not-for-us');
    for (const change of [
      { enc: 'A256GCM' },
      { alg: 'RSA-OAEP-256' },
      { alg: 'RSA-OAEP' },
      { kid: 'own-enc' },
    ]) {
      const refused = await tryOpen(await sealOlder(change), older, OLDER);
      assert.equal(refused, 'outer-algorithm', JSON.stringify(change));
    }
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

describe('opening a compressed JWE', () => {
  test('[JWE-3, OQ-55] only where it is switched on, and never nonsense', async () => {
    const header = { ...OUTER, zip: 'DEF' };
    const deflated = deflateRawSync(JWS);
    const open = (content: Uint8Array, rules = OLDER) =>
      tryOpen(forgeJwe(header, content, recipient), ring, rules);
    assert.deepEqual(await open(deflated), REQUEST);
    assert.equal(await open(deflated, NESTED), 'outer-algorithm');
    assert.equal(await open(Buffer.from(JWS)), 'outer-compression');
    assert.equal(await open(deflated.subarray(0, -3)), 'outer-compression');
    assert.equal(await open(Buffer.concat([deflated, Buffer.from([0])])), 'outer-compression');
  });
});
