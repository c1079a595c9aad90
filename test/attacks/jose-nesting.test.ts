import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JweSeal } from '../../src/codecs/jose/jwe-rules.ts';
import { encode, encodeHeader, forgeJwe, forgeJws } from '../codecs/jose/forge.ts';
import { BARE, keyOf, NESTED, REQUEST, readRing, tryOpen } from '../codecs/jose/jwe-vectors.ts';

/**
 * RFC 7519 section 11.2, RFC 8725: one container passed off as another, or the right ones in the wrong order. All are
 * made with the right keys and say the right names, so that only their kind is wrong.
 */
const ring = await readRing(['own'], ['google']);
const googleRing = await readRing(['google'], ['own']);
const recipient = keyOf(googleRing, 'encrypt').key;
const signer = keyOf(googleRing, 'sign').key;
const OUTER = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'own-enc' };
const INNER = { alg: 'RS256', kid: 'google-sig' };

const compactJws = (content: string) => forgeJws(INNER, content, signer);
const compactJwe = (content: string) => forgeJwe(OUTER, content, recipient);

function jsonJws(content: string): string {
  const [header, payload, signature] = compactJws(content).split('.');
  return JSON.stringify({ payload, protected: header, signature });
}

function jsonJwe(content: string): string {
  const [header, encryptedKey, iv, ciphertext, tag] = compactJwe(content).split('.');
  return JSON.stringify({ protected: header, encrypted_key: encryptedKey, iv, ciphertext, tag });
}

const KINDS: Readonly<Record<string, (content: string) => string>> = {
  nothing: (content) => content,
  'compact JWS': compactJws,
  'compact JWE': compactJwe,
  'JWS in JSON': jsonJws,
  'JWE in JSON': jsonJwe,
};

/** The pairs from the outside in. Nothing around a JWE, or a JWE around nothing, is a bare JWE. */
const RIGHT: Readonly<Record<JweSeal, readonly string[]>> = {
  'jwe+jws': ['compact JWE, compact JWS'],
  jwe: ['compact JWE, nothing', 'nothing, compact JWE'],
};

for (const rules of [NESTED, BARE]) {
  describe(`[JWE-1, JWE-5] containers in containers, sealed as ${rules.seal}`, () => {
    for (const [outer, wrapOutside] of Object.entries(KINDS)) {
      for (const [inner, wrapInside] of Object.entries(KINDS)) {
        const pair = `${outer}, ${inner}`;
        const right = RIGHT[rules.seal].includes(pair);
        test(`${pair}: ${right ? 'accepted' : 'not accepted'}`, async () => {
          const opened = await tryOpen(wrapOutside(wrapInside(REQUEST.toString())), ring, rules);
          if (right) assert.deepEqual(opened, REQUEST);
          else if (rules === NESTED) assert.equal(typeof opened, 'string');
          // What a bare JWE holds may be a container, which is then no request. [ORD-1]
          else assert.notDeepEqual(opened, REQUEST);
        });
      }
    }
  });
}

describe('[JWE-1, JWE-5] a signature that is missing or around the wrong thing', () => {
  test('encrypted only: the signature was stripped', async () => {
    assert.equal(await tryOpen(compactJwe(REQUEST.toString()), ring), 'unsigned');
    const [header, payload] = compactJws(REQUEST.toString()).split('.');
    for (const stripped of [`${header}.${payload}.`, `${header}.${payload}`, `.${payload}.`, `${header}..`]) {
      assert.equal(await tryOpen(compactJwe(stripped), ring), 'unsigned');
    }
    const none = encodeHeader({ alg: 'none', kid: 'google-sig' });
    assert.equal(await tryOpen(compactJwe(`${none}.${payload}.`), ring), 'unsigned');
    assert.equal(await tryOpen(compactJwe(`${none}.${payload}.AA`), ring), 'signature-algorithm');
  });

  test('encrypted, then signed: anyone could have put their own signature around it', async () => {
    assert.equal(await tryOpen(compactJws(compactJwe(REQUEST.toString())), ring), 'encoding');
  });

  test('detached: the content is not what was signed', async () => {
    const [header, , signature] = compactJws(REQUEST.toString()).split('.');
    assert.equal(
      await tryOpen(compactJwe(`${header}.${encode('{}')}.${signature}`), ring),
      'wrong-signature',
    );
    assert.equal(await tryOpen(compactJwe(`${header}..${signature}`), ring), 'unsigned');
  });

  test('three layers, in every order', async () => {
    const text = REQUEST.toString();
    assert.equal(await tryOpen(compactJwe(compactJwe(compactJws(text))), ring), 'unsigned');
    assert.equal(await tryOpen(compactJws(compactJwe(compactJws(text))), ring), 'encoding');
    // Signed twice: what is within the outer signature is no request, and says so to whoever reads it.
    assert.deepEqual(
      await tryOpen(compactJwe(compactJws(compactJws(text))), ring),
      Buffer.from(compactJws(text)),
    );
  });

  test('a signature over a message to somebody else is not bound to us, and still only good for its content', async () => {
    const other = keyOf(await readRing(['google'], ['stranger']), 'encrypt').key;
    const jws = compactJws(REQUEST.toString());
    assert.equal(await tryOpen(forgeJwe({ ...OUTER, kid: 'stranger-enc' }, jws, other), ring), 'not-for-us');
    assert.equal(await tryOpen(forgeJwe(OUTER, jws, other), ring), 'integrity');
  });
});
