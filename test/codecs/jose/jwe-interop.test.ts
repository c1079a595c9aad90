import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto';
import { describe, test } from 'node:test';
import * as jose4 from 'jose4';
import nodeJose from 'node-jose';
import { sealJwe } from '../../../src/codecs/jose/jwe-seal.ts';
import { BARE, jwkOf, NESTED, NOW_MS, OLDER, REQUEST, readRing, tryOpen } from './jwe-vectors.ts';

/** What a sender or receiver of another make needs: private keys of the one side, public keys of the other. */
interface Letter {
  readonly signer: string;
  readonly recipient: string;
  readonly alg: string;
  readonly enc: string;
  readonly zip?: 'DEF';
}

const jwkFor = (kid: string, part: 'private' | 'public') =>
  jwkOf(`${kid.replace(/-(sig|enc)$/, '')}.${part}`, kid);
const algOf = (kid: string) => String(jwkFor(kid, 'public')['alg']);

const jose4Implementation = {
  async seal({ signer, recipient, alg, enc, zip }: Letter): Promise<string> {
    const key = createPrivateKey({ key: jwkFor(signer, 'private'), format: 'jwk' });
    const jws = await new jose4.CompactSign(REQUEST)
      .setProtectedHeader({ alg: algOf(signer), kid: signer })
      .sign(key);
    const publicKey = createPublicKey({ key: jwkFor(recipient, 'public'), format: 'jwk' });
    const header = { alg, enc, kid: recipient, cty: 'JWT', ...(zip && { zip }) };
    return new jose4.CompactEncrypt(Buffer.from(jws)).setProtectedHeader(header).encrypt(publicKey);
  },
  async open(sealed: Uint8Array, signer: string, recipient: string): Promise<Buffer> {
    const key = createPrivateKey({ key: jwkFor(recipient, 'private'), format: 'jwk' });
    const keyManagementAlgorithms = ['RSA-OAEP-256', 'RSA1_5'];
    const { plaintext } = await jose4.compactDecrypt(sealed, key, { keyManagementAlgorithms });
    const publicKey = createPublicKey({ key: jwkFor(signer, 'public'), format: 'jwk' });
    return Buffer.from((await jose4.compactVerify(plaintext, publicKey)).payload);
  },
};

const nodeJoseKey = (jwk: JsonWebKey) => nodeJose.JWK.asKey(jwk);

const nodeJoseImplementation = {
  async seal({ signer, recipient, alg, enc, zip }: Letter): Promise<string> {
    const key = await nodeJoseKey(jwkFor(signer, 'private'));
    const signing = nodeJose.JWS.createSign({ format: 'compact', fields: { alg: algOf(signer) } }, key);
    const jws = String(await signing.update(REQUEST).final());
    const publicKey = await nodeJoseKey(jwkFor(recipient, 'public'));
    const fields = { alg, cty: 'JWT', kid: recipient };
    const options = { format: 'compact', contentAlg: enc, fields, ...(zip && { zip }) } as const;
    return nodeJose.JWE.createEncrypt(options, publicKey).update(Buffer.from(jws)).final();
  },
  async open(sealed: Uint8Array, signer: string, recipient: string): Promise<Buffer> {
    const key = await nodeJoseKey(jwkFor(recipient, 'private'));
    const jws = (await nodeJose.JWE.createDecrypt(key).decrypt(Buffer.from(sealed).toString())).plaintext;
    const publicKey = await nodeJoseKey(jwkFor(signer, 'public'));
    return (await nodeJose.JWS.createVerify(publicKey).verify(jws.toString())).payload;
  },
};

const RSA_OAEP = { alg: 'RSA-OAEP-256', enc: 'A256GCM' };
const RSA1_5 = { alg: 'RSA1_5', enc: 'A128CBC-HS256' };

for (const [name, implementation] of [
  ['jose 4', jose4Implementation],
  ['node-jose', nodeJoseImplementation],
] as const) {
  describe(`together with ${name}`, () => {
    for (const signer of ['google-sig', 'google-ps256-sig', 'google-es256-sig']) {
      test(`[JWE-1, JWE-2] what it signed with ${algOf(signer)} and encrypted is opened`, async () => {
        const ring = await readRing(['own', 'own-next'], ['google', 'google-ps256', 'google-es256']);
        const sealed = await implementation.seal({ ...RSA_OAEP, signer, recipient: 'own-enc' });
        assert.deepEqual(await tryOpen(sealed, ring), REQUEST);
      });
    }

    for (const signer of ['own-sig', 'own-ps256-sig', 'own-es256-sig']) {
      test(`[JWE-1, JWE-6] what we signed with ${algOf(signer)} and encrypted it opens`, async () => {
        const ring = await readRing([signer.slice(0, -4)], ['google'], { purposes: [] });
        const sealed = await sealJwe(REQUEST, ring, { ...NESTED, issuedAt: true }, NOW_MS);
        assert.deepEqual(await implementation.open(sealed, signer, 'google-enc'), REQUEST);
      });
    }

    test('[JWE-3] the older edition is opened and sealed, compressed too', async () => {
      const ring = await readRing(['own', 'own-older'], ['google', 'google-older'], { purposes: [] });
      const letter = { ...RSA1_5, signer: 'google-sig', recipient: 'own-older-enc' };
      assert.deepEqual(await tryOpen(await implementation.seal(letter), ring, OLDER), REQUEST);
      assert.deepEqual(
        await tryOpen(await implementation.seal({ ...letter, zip: 'DEF' }), ring, OLDER),
        REQUEST,
      );
      const sealed = await sealJwe(
        REQUEST,
        await readRing(['own'], ['google-older'], { purposes: [] }),
        OLDER,
        NOW_MS,
      );
      assert.deepEqual(await implementation.open(sealed, 'own-sig', 'google-older-enc'), REQUEST);
    });

    test('[JWE-3] the current edition compressed is opened where that is switched on', async () => {
      const ring = await readRing(['own'], ['google']);
      const sealed = await implementation.seal({
        ...RSA_OAEP,
        signer: 'google-sig',
        recipient: 'own-enc',
        zip: 'DEF',
      });
      assert.deepEqual(await tryOpen(sealed, ring, OLDER), REQUEST);
      assert.equal(await tryOpen(sealed, ring, NESTED), 'outer-algorithm');
    });
  });
}

test('[OQ-13] bare JWEs go both ways', async () => {
  const ring = await readRing(['own'], ['google']);
  const publicKey = createPublicKey({ key: jwkFor('own-enc', 'public'), format: 'jwk' });
  const header = { ...RSA_OAEP, kid: 'own-enc' };
  const sealed = await new jose4.CompactEncrypt(REQUEST).setProtectedHeader(header).encrypt(publicKey);
  assert.deepEqual(await tryOpen(sealed, ring, BARE), REQUEST);
  const key = createPrivateKey({ key: jwkFor('google-enc', 'private'), format: 'jwk' });
  const { plaintext } = await jose4.compactDecrypt(await sealJwe(REQUEST, ring, BARE, NOW_MS), key);
  assert.deepEqual(Buffer.from(plaintext), REQUEST);
});
