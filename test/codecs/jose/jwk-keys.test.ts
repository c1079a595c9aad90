import assert from 'node:assert/strict';
import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { type AllowedAlgorithms, CURRENT_ALGORITHMS } from '../../../src/codecs/jose/algorithms.ts';
import type { JwkSource } from '../../../src/codecs/jose/jwk.ts';
import { readJwkKeyRing } from '../../../src/codecs/jose/jwk-keys.ts';
import type { KeyRing } from '../../../src/codecs/keys/key-ring.ts';
import { DAY_MS, jwkOf, keyFile, NOW_MS, OLDER_ALGORITHMS, readRing, sourceOf } from './jwe-vectors.ts';

type Jwk = Record<string, unknown>;

const OWN_SIG = jwkOf('own.private', 'own-sig');
const OWN_ENC = jwkOf('own.private', 'own-enc');
const PEER_SIG = jwkOf('google.public', 'google-sig');
const PEER_ENC = jwkOf('google.public', 'google-enc');
const OWN_EC = jwkOf('own-es256.private', 'own-es256-sig');

/** A copy without some members. */
function without(jwk: Jwk, ...members: string[]): Jwk {
  return Object.fromEntries(Object.entries(jwk).filter(([member]) => !members.includes(member)));
}

interface Change {
  readonly own?: readonly JwkSource[];
  readonly peer?: readonly JwkSource[];
  readonly allowed?: AllowedAlgorithms;
}

function read({ own = [], peer = [], allowed = CURRENT_ALGORITHMS }: Change) {
  return readJwkKeyRing({ own, peer, allowed, purposes: [], graceMs: 0, nowMs: NOW_MS });
}
const readOwn = (...keys: Jwk[]) => read({ own: [sourceOf('own.json', keys)] });
const readPeer = (...keys: Jwk[]) => read({ peer: [sourceOf('google.json', keys)] });

/** Nothing else is there, so without it there is no ring. */
async function passesOver(reading: Promise<KeyRing>, message: RegExp): Promise<void> {
  const { passedOver } = await reading;
  assert.match(passedOver.map(({ key, reason }) => `${key} ${reason}`).join('\n'), message);
}

const refuses = (reading: Promise<unknown>, message: RegExp) =>
  assert.rejects(reading, { name: 'KeyRingError', message });

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
    assert.equal((await read({ peer: [{ name: 'one', bytes }] })).keys.length, 1);
  });

  test('a set that can’t do what is asked is refused, one for the bare profile needs no signatures', async () => {
    await refuses(readRing(['own'], []), /no key to verify with/);
    await refuses(readRing(['own-es256'], ['google']), /no key to decrypt with/);
    await readRing(['own-older'], ['google-older'], { purposes: ['decrypt', 'encrypt'] });
  });

  for (const bytes of ['', 'x', '{', 'null', '[]', '{"keys":[]}', '{"keys":{}}', '[{}]']) {
    test(`what is no JWK is refused by the name of its file: ${bytes}`, async () => {
      await refuses(
        read({ own: [{ name: 'own.json', bytes: Buffer.from(bytes) }] }),
        /^own\.json is neither/,
      );
    });
  }

  test('[ERR-4] no message quotes a key, however damaged', async () => {
    const text = keyFile('own.private').toString();
    for (const broken of [text.slice(0, -20), text.replace('"d":', 'd:'), text.replace('"p":', '"q":')]) {
      const error: unknown = await read({ own: [{ name: 'own.json', bytes: Buffer.from(broken) }] }).then(
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

describe('what a JWK is for', () => {
  test('[ENC-4] a public key is no key of ours, and a private one none of Google’s', async () => {
    await refuses(readOwn(jwkOf('own.public', 'own-sig')), /place 1 of own\.json is public/);
    await passesOver(
      readPeer(PEER_ENC, jwkOf('google.private', 'google-sig')),
      /place 2 of google\.json is private/,
    );
  });

  test('a symmetric key is refused', async () => {
    await refuses(
      readOwn({ kty: 'oct', k: 'AAAA', kid: 'a', use: 'sig', alg: 'HS256', exp: 2e9 }),
      /is symmetric \(kty oct\), .*; RSA and EC keys are accepted/,
    );
    for (const jwk of [{ use: 'sig', kid: 'a' }, { kid: 'a' }, {}])
      await passesOver(readPeer({ kty: 'oct', k: 'AAAA', ...jwk }), /is symmetric/);
  });

  test('of another type, or of none, the type is what is named', async () => {
    for (const jwk of [{ use: 'sig', kid: 'a' }, {}]) {
      await passesOver(
        readPeer({ ...jwk, kty: 'OKP', x: 'AAAA' }),
        /has a kty, its type, that is not used here/,
      );
      await passesOver(readPeer(jwk), /lacks kty, its type; RSA and EC keys are accepted/);
    }
  });

  test('use, key_ops and alg each say it, and have to agree', async () => {
    const bare = without(OWN_ENC, 'use', 'alg');
    for (const more of [
      { use: 'enc' },
      { alg: 'RSA-OAEP-256' },
      { key_ops: ['decrypt'] },
      { key_ops: ['unwrapKey', 'decrypt'] },
    ]) {
      assert.equal((await readOwn({ ...bare, ...more })).keys[0]?.purpose, 'decrypt');
    }
    assert.equal((await readOwn({ ...bare, key_ops: ['sign', 'verify'] })).keys[0]?.purpose, 'sign');
    await refuses(readOwn(bare), /lacks use, key_ops and alg/);
    for (const more of [
      { use: 'enc', alg: 'RS256' },
      { use: 'sig', key_ops: ['decrypt'] },
      { key_ops: ['sign', 'decrypt'] },
      { key_ops: ['sign', 'deriveBits'] },
      { key_ops: [], alg: 'HS256' },
      { use: 'tls' },
      { use: 'enc', alg: 'toString' },
      { use: 'enc', key_ops: ['toString'] },
      { use: 'enc', alg: 'dir' },
    ]) {
      await refuses(readOwn({ ...bare, ...more }), /have to agree on sig or enc|alg that is not used here/);
    }
    await refuses(readOwn({ ...bare, use: 'enc', key_ops: 'decrypt' }), /not a list/);
    await refuses(readOwn({ ...bare, key_ops: ['encrypt'] }), /its key_ops lack decrypt and unwrapKey/);
    await passesOver(readPeer({ ...PEER_SIG, key_ops: ['sign'] }), /its key_ops lack verify/);
  });

  test('[JWE-2] its own algorithm is the only one; without one, those allowed that fit it, never RSA1_5', async () => {
    const algorithmsOf = async (jwk: Jwk, allowed?: AllowedAlgorithms) =>
      (await read({ peer: [sourceOf('google', [jwk])], ...(allowed && { allowed }) })).keys[0]?.algorithms;
    assert.deepEqual(await algorithmsOf(without(PEER_SIG, 'alg')), ['RS256', 'PS256']);
    assert.deepEqual(await algorithmsOf({ ...PEER_SIG, alg: 'PS256' }), ['PS256']);
    assert.deepEqual(await algorithmsOf(without(PEER_ENC, 'alg'), OLDER_ALGORITHMS), ['RSA-OAEP-256']);
    assert.deepEqual(await algorithmsOf({ ...PEER_ENC, alg: 'RSA1_5' }, OLDER_ALGORITHMS), ['RSA1_5']);
    assert.deepEqual(await algorithmsOf(without(jwkOf('google-es256.public', 'google-es256-sig'), 'alg')), [
      'ES256',
    ]);
    await passesOver(
      readPeer({ ...PEER_ENC, alg: 'RSA1_5' }),
      /not allowed here; accepted to encrypt: RSA-OAEP-256$/,
    );
    await passesOver(readPeer({ ...PEER_SIG, alg: 'ES256' }), /not allowed here/);
    await refuses(readOwn({ ...OWN_EC, use: 'enc', alg: undefined }), /accepted to decrypt: RSA-OAEP-256$/);
  });

  test('[JWE-4] each has a name, and no two of one purpose the same', async () => {
    for (const kid of [undefined, '', 7, 'ä', 'a\nb', 'a'.repeat(257)]) {
      await passesOver(readPeer({ ...PEER_SIG, kid }), /lacks a kid of 1 to 256 printable ASCII characters/);
    }
    const twin = { ...jwkOf('google-next.public', 'google-next-sig'), kid: PEER_SIG['kid'] };
    const twins = await readPeer(PEER_SIG, twin, PEER_ENC);
    assert.deepEqual(
      twins.keys.map(({ keyId }) => keyId),
      ['google-enc'],
      'which of the two a message means can not be told',
    );
    assert.equal(twins.passedOver.filter(({ reason }) => /shares its kid/.test(reason)).length, 2);
    const ownTwin = { ...jwkOf('own-next.private', 'own-next-sig'), kid: OWN_SIG['kid'] };
    await refuses(readOwn(OWN_SIG, ownTwin), /two keys to sign have the kid own-sig/);
    assert.equal((await readPeer(PEER_SIG, { ...PEER_SIG, kid: 'b' })).keys.length, 2);
    await refuses(readOwn(OWN_SIG, { ...OWN_SIG, kid: 'b' }), /given twice to sign/);
    assert.equal((await readPeer(PEER_SIG, { ...PEER_ENC, kid: PEER_SIG['kid'] })).keys.length, 2);
  });

  test('[OQ-79, JWE-4] a key that has ended, or begins when another ends, takes none of the same kid down', async () => {
    const twin = { ...jwkOf('google-next.public', 'google-next-sig'), kid: PEER_SIG['kid'] };
    const [now, later] = [NOW_MS / 1000, NOW_MS / 1000 + 3600];
    const thumbprints = async (...peer: JwkSource[]) =>
      (await read({ peer })).keys
        .filter(({ notBeforeMs, expiresAtMs = Infinity, retiresAtMs = Infinity }) => {
          return notBeforeMs <= NOW_MS && NOW_MS < Math.min(expiresAtMs, retiresAtMs);
        })
        .map(({ fingerprint }) => fingerprint);
    const [good] = await thumbprints(sourceOf('google.json', [PEER_SIG]));
    assert.ok(good);
    for (const ended of [
      { ...twin, exp: now - 1 },
      { ...twin, exp: now },
      { ...twin, exp: now - 1e8 },
    ])
      for (const keys of [
        [ended, PEER_SIG],
        [PEER_SIG, ended],
      ])
        assert.deepEqual(await thumbprints(sourceOf('google.json', keys)), [good]);
    const succeeded = [
      { ...PEER_SIG, exp: later },
      { ...twin, nbf: later },
    ];
    assert.deepEqual(await thumbprints(sourceOf('google.json', succeeded)), [good]);
    const overlap = [
      { ...PEER_SIG, exp: later },
      { ...twin, nbf: later - 1 },
    ];
    assert.deepEqual(await thumbprints(sourceOf('google.json', overlap)), []);
    const retired = { ...sourceOf('old.json', [twin]), retiresAtMs: NOW_MS - 1 };
    assert.deepEqual(await thumbprints(retired, sourceOf('new.json', [PEER_SIG])), [good]);
  });

  test('one key of ours does not sign and decrypt', async () => {
    const twin = { ...OWN_SIG, kid: 'twin', use: 'enc', alg: 'RSA-OAEP-256' };
    await refuses(readOwn(OWN_SIG, twin), /key twin is given for signing and for decrypting/);
  });
});

describe('[ENC-5] strength and life of a JWK', () => {
  function rsa(bits: number, publicExponent = 65_537): Jwk {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits, publicExponent });
    return { ...(privateKey.export({ format: 'jwk' }) as Jwk), kid: 'a', use: 'sig', exp: NOW_MS / 1000 + 1 };
  }

  test('RSA has 2048 to 4096 bits and an ordinary exponent', async () => {
    await refuses(readOwn(rsa(1024)), /RSA key of 1024 bits; 2048 to 4096/);
    await refuses(readOwn(rsa(2040)), /RSA key of 2040 bits/);
    await refuses(readOwn(rsa(2048, 3)), /public exponent below 65537/);
    await passesOver(readPeer({ ...PEER_SIG, e: 'AQ' }), /public exponent below 65537/);
  });

  test('elliptic curves: P-256 and only for signatures', async () => {
    assert.equal((await readOwn(OWN_EC)).keys[0]?.purpose, 'sign');
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const jwk = publicKey.export({ format: 'jwk' }) as Jwk;
    await passesOver(readPeer({ ...jwk, kid: 'a', use: 'sig' }), /EC key of another curve than P-256/);
    await passesOver(readPeer({ ...jwk, kid: 'a', alg: 'ECDH-ES' }), /alg that is not used here/);
  });

  test('a damaged key is refused, and a private part of another key', async () => {
    await refuses(
      readOwn(without(OWN_SIG, 'p', 'q', 'dp', 'dq', 'qi')),
      /is not a sound key; RSA has n and e/,
    );
    await passesOver(readPeer(without(PEER_SIG, 'n')), /is not a sound key/);
    await passesOver(
      readPeer({ ...jwkOf('google-es256.public', 'google-es256-sig'), y: 'AAAA' }),
      /is not a sound key/,
    );
    const other = jwkOf('own-next.private', 'own-next-sig');
    await refuses(readOwn({ ...OWN_SIG, n: other['n'] }), /doesn't fit its public part/);
    const { d } = createPrivateKey({
      key: jwkOf('google-es256.private', 'google-es256-sig'),
      format: 'jwk',
    }).export({ format: 'jwk' });
    await refuses(readOwn({ ...OWN_EC, d }), /doesn't fit its public part|not a sound key/);
  });

  test('a key of ours ends, two years after it began at the most; one of Google’s needn’t', async () => {
    const times = (jwk: Jwk, members: Jwk) => ({ ...without(jwk, 'nbf', 'exp'), ...members });
    const nbf = Date.UTC(2026, 2, 1) / 1000;
    await refuses(readOwn(times(OWN_SIG, { nbf })), /never expires; it needs exp/);
    await refuses(readOwn(times(OWN_SIG, { nbf, exp: nbf + 732 * 86_400 })), /lives longer than two years/);
    await refuses(
      readOwn(times(OWN_SIG, { exp: NOW_MS / 1000 + 732 * 86_400 })),
      /lives longer than two years/,
    );
    await readOwn(times(OWN_SIG, { nbf, exp: nbf + 731 * 86_400 }));
    await readOwn(times(OWN_SIG, { iat: nbf, exp: nbf + 731 * 86_400 }));
    const [key] = (await readPeer(times(PEER_SIG, {}))).keys;
    assert.deepEqual([key?.notBeforeMs, key?.expiresAtMs], [0, undefined]);
  });

  test('[OQ-54] of the times in the key and beside it the narrower count', async () => {
    const nbf = Number(OWN_SIG['nbf']) * 1000;
    const exp = Number(OWN_SIG['exp']) * 1000;
    const lifeOf = async (times: Partial<JwkSource>) => {
      const [key] = (await read({ own: [sourceOf('own', [OWN_SIG], times)] })).keys;
      return [key?.notBeforeMs, key?.retiresAtMs, key?.expiresAtMs];
    };
    assert.deepEqual(await lifeOf({}), [nbf, undefined, exp]);
    assert.deepEqual(await lifeOf({ notBeforeMs: nbf - 1, expiresAtMs: exp + 1 }), [nbf, undefined, exp]);
    assert.deepEqual(await lifeOf({ notBeforeMs: nbf + 1, retiresAtMs: NOW_MS, expiresAtMs: exp - DAY_MS }), [
      nbf + 1,
      NOW_MS,
      exp - DAY_MS,
    ]);
    for (const value of ['1795341600', NOW_MS, -1, Number.NaN, null, {}]) {
      await refuses(
        readOwn({ ...OWN_SIG, exp: value }),
        /has an exp that is not a number of seconds since 1970/,
      );
    }
  });

  test('expired keys stand beside their successors', async () => {
    assert.equal((await readRing(['own-expired', 'own'], ['google-expired', 'google'])).keys.length, 8);
    await refuses(readRing(['own-expired'], ['google']), /own-expired-enc is retired/);
  });
});

describe('[OQ-79] what is unusable in a set of the peer’s is passed over', () => {
  const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
  const unusable: Readonly<Record<string, unknown>> = {
    EdDSA: { ...ed25519, kid: 'x', alg: 'EdDSA', use: 'sig' },
    'EdDSA without alg': { ...ed25519, kid: 'x', use: 'sig' },
    'ECDH-ES': { ...p384, kid: 'x', alg: 'ECDH-ES', use: 'enc' },
    RS384: { ...PEER_SIG, kid: 'x', alg: 'RS384' },
    ES384: { ...p384, kid: 'x', alg: 'ES384', use: 'sig' },
    oct: { kty: 'oct', k: 'AAAA', kid: 'x', use: 'sig', alg: 'HS256' },
    'unknown kty': { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AAAA', kid: 'x', use: 'sig' },
    'too weak': { ...weak, kid: 'x', use: 'sig', alg: 'RS256' },
    private: { ...jwkOf('google-next.private', 'google-next-sig'), kid: 'x' },
    'no number': { ...PEER_SIG, kid: 'x', n: 7 },
    'exp as text': { ...PEER_SIG, kid: 'x', exp: '2030' },
    'key_ops as text': { ...PEER_SIG, kid: 'x', key_ops: 'verify' },
    'no kid': without(PEER_SIG, 'kid'),
    nothing: null,
    text: 'key',
    list: [],
  };
  for (const [what, jwk] of Object.entries(unusable)) {
    test(`${what}, named, wherever it stands`, async () => {
      for (const at of [0, 1, 2]) {
        const keys = [PEER_SIG, PEER_ENC].toSpliced(at, 0, jwk as Jwk);
        const all = ['verify', 'encrypt'] as const;
        const peer = [sourceOf('google.json', keys)];
        const ring = await readJwkKeyRing({
          own: [],
          peer,
          allowed: CURRENT_ALGORITHMS,
          purposes: all,
          graceMs: 0,
          nowMs: NOW_MS,
        });
        assert.deepEqual(
          ring.keys.map(({ keyId }) => keyId),
          ['google-sig', 'google-enc'],
        );
        const [passedOver, ...others] = ring.passedOver;
        assert.deepEqual([passedOver?.source, others.length], ['google.json', 0]);
        assert.equal(passedOver?.key, `the JWK at place ${at + 1} of google.json`);
      }
      await refuses(
        readJwkKeyRing({
          own: [],
          peer: [sourceOf('google.json', [jwk as Jwk])],
          allowed: CURRENT_ALGORITHMS,
          purposes: ['verify'],
          graceMs: 0,
          nowMs: NOW_MS,
        }),
        /no key to verify with: none was given; passed over: the JWK at place 1 of google\.json /,
      );
      if (what !== 'private')
        await refuses(readOwn(OWN_SIG, OWN_ENC, jwk as Jwk), /^the JWK at place 3 of own\.json /);
    });
  }

  test('the same key in an old file and in a new one is one key, which ends as soon as either says', async () => {
    const old = sourceOf('old.json', [PEER_SIG], { retiresAtMs: NOW_MS + DAY_MS });
    const later = sourceOf('new.json', [PEER_SIG, jwkOf('google-next.public', 'google-next-sig')]);
    for (const peer of [
      [old, later],
      [later, old],
    ]) {
      const ring = await read({ peer });
      assert.deepEqual(ring.keys.map(({ keyId }) => keyId).toSorted(), ['google-next-sig', 'google-sig']);
      assert.equal(ring.keys.find(({ keyId }) => keyId === 'google-sig')?.retiresAtMs, NOW_MS + DAY_MS);
      assert.match(ring.passedOver[0]?.reason ?? '', /is the same key as/);
    }
  });

  test('a fingerprint is of the key, however it is written', async () => {
    const [right] = (await readPeer(PEER_SIG)).keys;
    const n = Buffer.from(String(PEER_SIG['n']), 'base64url');
    const e = Buffer.from(String(PEER_SIG['e']), 'base64url');
    const zeros = (bytes: Buffer, count: number) =>
      Buffer.concat([Buffer.alloc(count), bytes]).toString('base64url');
    for (const spelt of [
      { ...PEER_SIG, n: zeros(n, 1) },
      { ...PEER_SIG, n: zeros(n, 3), e: zeros(e, 2) },
      { ...PEER_SIG, n: `${PEER_SIG['n']}==` },
      { ...PEER_SIG, e: n.length > 0 ? `${PEER_SIG['e']}=` : '' },
      Object.fromEntries(Object.entries(PEER_SIG).reverse()),
    ]) {
      const [key] = (await readPeer(spelt)).keys;
      assert.equal(key?.fingerprint, right?.fingerprint);
    }
    // RFC 7638, section 3.1, by hand.
    const canonical = JSON.stringify({ e: PEER_SIG['e'], kty: 'RSA', n: PEER_SIG['n'] });
    assert.equal(right?.fingerprint, createHash('sha256').update(canonical).digest('base64url'));
    const [own] = (await readOwn(OWN_SIG)).keys;
    const [ownZeros] = (
      await readOwn({ ...OWN_SIG, n: zeros(Buffer.from(String(OWN_SIG['n']), 'base64url'), 1) })
    ).keys;
    assert.equal(ownZeros?.fingerprint, own?.fingerprint);
  });

  test('a byte order mark and line ends of Windows don’t matter', async () => {
    const text = `\ufeff${JSON.stringify({ keys: [PEER_SIG] }, null, 2).replaceAll('\n', '\r\n')}\r\n`;
    assert.equal((await read({ peer: [{ name: 'google.json', bytes: Buffer.from(text) }] })).keys.length, 1);
  });
});
