import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { encryptJwe } from '../../../src/codecs/jose/jwe-cipher.ts';
import { sealJwe } from '../../../src/codecs/jose/jwe-seal.ts';
import { encode, encodeHeader, forgeJwe, forgeJws } from './forge.ts';
import {
  googleRing,
  INNER,
  JWS,
  OUTER,
  recipient,
  ring,
  signer,
  withInner,
  withOuter,
} from './jwe-requests.ts';
import { BARE, DAY_MS, keyOf, NESTED, NOW_MS, OLDER, REQUEST, readRing, tryOpen } from './jwe-vectors.ts';

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
    return encryptJwe(Buffer.from(JWS), encodeHeader({ ...header, ...change }), key, {
      alg: 'RSA1_5',
      enc: 'A128CBC-HS256',
    });
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
