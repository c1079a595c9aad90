import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keyFile, readRing } from './jwe-vectors.ts';
import { OWN_SIG, PEER_SIG, read, refuses } from './jwk-reading.ts';

describe('reading JWKs', () => {
  test('[JWE-1, JWE-4, ENC-2] sets of private and public keys become a ring of four purposes', async () => {
    const ring = await readRing(['own', 'own-next'], ['google', 'google-next']);
    assert.deepEqual(
      ring.keys.map(({ purpose, keyId, algorithms, key }) => [purpose, keyId, algorithms, key.type]),
      [
        ['sign', 'own-sig', ['RS256'], 'private'],
        ['decrypt', 'own-enc', ['RSA-OAEP-256'], 'private'],
        ['sign', 'own-next-sig', ['RS256'], 'private'],
        ['decrypt', 'own-next-enc', ['RSA-OAEP-256'], 'private'],
        ['verify', 'google-sig', ['RS256'], 'public'],
        ['encrypt', 'google-enc', ['RSA-OAEP-256'], 'public'],
        ['verify', 'google-next-sig', ['RS256'], 'public'],
        ['encrypt', 'google-next-enc', ['RSA-OAEP-256'], 'public'],
      ],
    );
    assert.equal(ring.keys[0]?.expiresAtMs, Date.UTC(2027, 2, 1));
  });

  test('a single JWK is read like a set of one', async () => {
    const bytes = Buffer.from(JSON.stringify(PEER_SIG));
    assert.equal((await read({ google: [{ name: 'one', bytes }] })).keys.length, 1);
  });

  test('a set that can’t do what is asked is refused, one for bare JWEs needs no signatures', async () => {
    await refuses(readRing(['own'], []), /no key to verify with/);
    await refuses(readRing(['own-es256'], ['google']), /no key to decrypt with/);
    await readRing(['own-older'], ['google-older'], { purposes: ['decrypt', 'encrypt'] });
  });

  for (const bytes of ['', 'x', '{', 'null', '[]', '{"keys":[]}', '{"keys":{}}', '[{}]']) {
    test(`what is no JWK is refused by the name of its file: ${bytes}`, async () => {
      await refuses(
        read({ ours: [{ name: 'own.json', bytes: Buffer.from(bytes) }] }),
        /^own\.json is neither/,
      );
    });
  }

  test('[ERR-4] no message quotes a key, however damaged', async () => {
    const text = keyFile('own.private').toString();
    for (const broken of [text.slice(0, -20), text.replace('"d":', 'd:'), text.replace('"p":', '"q":')]) {
      const error: unknown = await read({ ours: [{ name: 'own.json', bytes: Buffer.from(broken) }] }).then(
        () => assert.fail(),
        (error: unknown) => error,
      );
      assert.ok(error instanceof Error);
      const shown = `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
      for (const [member, value] of Object.entries(OWN_SIG)) {
        if (typeof value === 'string' && value.length > 20)
          assert.ok(!shown.includes(value.slice(0, 12)), member);
      }
    }
  });
});
