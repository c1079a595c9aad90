import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { describe, test } from 'node:test';
import type { BodyFault } from '../../../src/codecs/body-fault.ts';
import { sealJwe } from '../../../src/codecs/jose/jwe-seal.ts';
import { forgeHmacJws, forgeJwe, type Header } from './forge.ts';
import { INNER, OUTER, recipient, ring, withInner, withOuter } from './jwe-requests.ts';
import { jwkOf, NESTED, NOW_MS, REQUEST, readRing, tryOpen } from './jwe-vectors.ts';

describe('the headers of a JWE around a JWS', () => {
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
  ] satisfies [BodyFault, Header][]) {
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
  ] satisfies [BodyFault, Header][]) {
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
