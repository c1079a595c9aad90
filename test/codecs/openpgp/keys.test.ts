import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encryptKey, PacketList, PublicKey } from 'openpgp';
import { readPgpKeyRing } from '../../../src/codecs/openpgp/keys.ts';
import { Secret } from '../../../src/ports/secret.ts';
import { google, ours, readGoogleKey, readOwnKey, rules, states } from './key-reading.ts';
import { DAY_MS, NOW_MS, ownSource, readRing } from './vectors.ts';

describe('OpenPGP keys', () => {
  test('[PGP-7, PGP-8] the primary key signs, the subkey encrypts, and each has its times', async () => {
    const ring = await readRing(['own-2048'], ['peer-3072']);
    assert.deepEqual(
      ring.keys.map(({ purpose }) => purpose),
      ['sign', 'decrypt', 'encrypt', 'verify'],
    );
    const [sign, decrypt, encrypt] = ring.keys;
    assert.ok(sign && decrypt && encrypt);
    assert.equal(sign.fingerprint, sign.certificate);
    assert.notEqual(decrypt.fingerprint, decrypt.certificate);
    assert.equal(decrypt.certificate, sign.certificate);
    assert.equal(sign.keyId, sign.fingerprint.slice(-16));
    assert.equal(sign.createdAtMs, Date.UTC(2026, 2, 1, 10));
    assert.equal(sign.notBeforeMs, sign.createdAtMs);
    assert.equal(sign.expiresAtMs, sign.createdAtMs + 730 * DAY_MS);
    assert.equal(sign.modulusBytes, 256);
    assert.equal(encrypt.modulusBytes, 384);
    assert.equal(sign.key.type, 'private');
    assert.equal(encrypt.key.type, 'public');
  });

  test('[ENC-5] a binary key and a key under a passphrase are read', async () => {
    const privateKey = await readOwnKey('own-2048');
    const passphrase = 'correct horse';
    const locked = await encryptKey({ privateKey: await readOwnKey('own-2048'), passphrase });
    const open = { name: 'binary', bytes: privateKey.write() };
    const shut = { name: 'shut', bytes: locked.write() };
    assert.equal((await readPgpKeyRing({ ours: [open], google, ...rules })).usable('sign', NOW_MS).length, 1);
    const withPassphrase = { ...shut, passphrase: new Secret(passphrase) };
    assert.equal(
      (await readPgpKeyRing({ ours: [withPassphrase], google, ...rules })).usable('sign', NOW_MS).length,
      1,
    );
    await assert.rejects(
      readPgpKeyRing({ ours: [shut], google, ...rules }),
      /by a passphrase, and none is given/,
    );
    const wrong = { ...shut, passphrase: new Secret('wrong horse') };
    await assert.rejects(readPgpKeyRing({ ours: [wrong], google, ...rules }), (error: Error) => {
      assert.match(error.message, /another passphrase/);
      assert.doesNotMatch(`${error.stack}${JSON.stringify(error)}`, /horse/);
      return true;
    });
  });

  const refusedOwn: readonly (readonly [string, RegExp])[] = [
    ['own-endless', /own-endless never expires \([0-9a-f]{16}\); two years are the most \[ENC-5\]/],
    ['own-three-years', /lives longer than two years/],
    ['own-no-subkey', /has no subkey that may encrypt/],
    ['own-primary-encrypts', /lets its primary key encrypt/],
    ['peer-weak', /has an RSA key of 1024 bits, [0-9a-f]{16}; 2048 to 4096 bits are accepted/],
    ['peer-elliptic', /has a key that is not RSA of version 4/],
  ];
  for (const [name, fault] of refusedOwn) {
    test(`[ENC-5, PGP-7] as a key of ours ${name} is refused`, async () => {
      await assert.rejects(readRing([name], ['peer-2048']), { name: 'KeyRingError', message: fault });
    });
  }

  const refusedPeer: readonly (readonly [string, RegExp])[] = [
    ['peer-revoked', /peer-revoked is revoked/],
    ['peer-weak', /has an RSA key of 1024 bits/],
    ['peer-elliptic', /has a key that is not RSA of version 4/],
    ['own-no-subkey', /has no subkey that may encrypt/],
  ];
  for (const [name, fault] of refusedPeer) {
    test(`as a key of the peer ${name} is refused`, async () => {
      await assert.rejects(readRing(['own-2048'], [name]), { name: 'KeyRingError', message: fault });
    });
  }

  test('what is no key, or of the other kind, is refused', async () => {
    const bytes = Buffer.from('not a key');
    await assert.rejects(
      readPgpKeyRing({ ours: [{ name: 'x', bytes }], google, ...rules }),
      /the OpenPGP key x is not an/,
    );
    await assert.rejects(
      readPgpKeyRing({ ours, google: [{ name: 'x', bytes }], ...rules }),
      /the OpenPGP key x is not an/,
    );
    await assert.rejects(
      readPgpKeyRing({ ours: google, google, ...rules }),
      /peer-2048 is not an OpenPGP key/,
    );
    await assert.rejects(
      readPgpKeyRing({ ours, google: ours, ...rules }),
      /is a private key, where the public key/,
    );
    await assert.rejects(
      readPgpKeyRing({ ours: [], google, ...rules }),
      /no key to decrypt with: none was given/,
    );
    await assert.rejects(
      readPgpKeyRing({ ours: [...ours, ...ours], google, ...rules }),
      /is given twice to sign/,
    );
  });

  test('[ECHO-4] an expired certificate loads beside a good one, is never used, and alone makes no ring', async () => {
    const ring = await readRing(['own-2048'], ['peer-expired', 'peer-2048']);
    assert.deepEqual(states(ring, 'verify'), ['retired', 'active']);
    assert.deepEqual(states(ring, 'encrypt'), ['retired', 'active']);
    assert.deepEqual(
      ring.warnings(NOW_MS).map(({ withinDays }) => withinDays),
      [0, 0],
    );
    await assert.rejects(
      readRing(['own-2048'], ['peer-expired']),
      /no key to verify with: [0-9a-f]{16} is retired/,
    );
  });

  test('[PGP-7] subkeys rotate on their own: all that may sign verify, the newest encrypts, all of ours decrypt', async () => {
    const theirs = await readRing(['own-2048'], ['peer-subkeys']);
    assert.deepEqual(states(theirs, 'verify'), ['active', 'active']);
    assert.deepEqual(states(theirs, 'encrypt'), ['active']);
    const ours = await readRing(['peer-subkeys'], ['peer-2048']);
    assert.deepEqual(states(ours, 'decrypt'), ['retired', 'active']);
    assert.equal(states(ours, 'sign').length, 1);
    const early = await readRing(['own-2048'], ['peer-subkeys'], Date.UTC(2026, 4, 1));
    const newest = theirs.usable('encrypt', NOW_MS)[0]?.keyId;
    assert.equal(early.usable('encrypt', Date.UTC(2026, 4, 1)).length, 1);
    assert.notEqual(early.usable('encrypt', Date.UTC(2026, 4, 1))[0]?.keyId, newest);
    const before = await readRing(['peer-subkeys'], ['peer-2048'], Date.UTC(2026, 4, 1));
    assert.deepEqual(
      before.keys
        .filter(({ purpose }) => purpose === 'decrypt')
        .map((key) => before.state(key, Date.UTC(2026, 4, 1))),
      ['active', 'pending'],
    );
  });

  test('a subkey that the primary key never bound is not used', async () => {
    const [victim, other] = await Promise.all([readGoogleKey('peer-2048'), readGoogleKey('stranger')]);
    const packets = new PacketList<never>();
    packets.push(
      ...(victim.toPacketList().slice(0, 3) as never[]),
      ...(other.toPacketList().slice(3) as never[]),
    );
    const bytes = new PublicKey(packets).write();
    await assert.rejects(
      readPgpKeyRing({ ours, google: [{ name: 'mixed', bytes }], ...rules }),
      /no subkey that may encrypt/,
    );
  });

  test('a private key that does not fit its public key is refused', async () => {
    const [key, other] = await Promise.all([readOwnKey('own-2048'), readOwnKey('peer-2048')]);
    assert.ok('privateParams' in key.keyPacket && 'privateParams' in other.keyPacket);
    key.keyPacket.privateParams = other.keyPacket.privateParams;
    await assert.rejects(readPgpKeyRing({ ours: [{ name: 'x', bytes: key.write() }], google, ...rules }), {
      name: 'KeyRingError',
      message: /doesn't fit/,
    });
  });

  test('[ENC-2] the times that an operator sets are kept, and a key never works before its creation', async () => {
    const retiresAtMs = NOW_MS + DAY_MS;
    const source = { ...ownSource('own-2048'), notBeforeMs: NOW_MS - DAY_MS, retiresAtMs };
    const ring = await readPgpKeyRing({ ours: [source], google, ...rules });
    assert.equal(ring.usable('sign', NOW_MS - DAY_MS - 1).length, 0);
    assert.equal(ring.usable('sign', NOW_MS).length, 1);
    assert.equal(ring.usable('sign', retiresAtMs).length, 0);
    const early = await readPgpKeyRing({ ours: [{ ...source, notBeforeMs: 0 }], google, ...rules });
    assert.equal(early.usable('sign', Date.UTC(2026, 1, 28)).length, 0);
  });
});
