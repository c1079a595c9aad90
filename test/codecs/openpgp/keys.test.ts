import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { armor, encryptKey, enums, PacketList, PublicKey, readKey, readPrivateKey, revokeKey } from 'openpgp';
import type { KeyPurpose, KeyRing } from '../../../src/codecs/keys/key-ring.ts';
import type { PgpKey } from '../../../src/codecs/openpgp/key.ts';
import { readPgpKeyRing } from '../../../src/codecs/openpgp/keys.ts';
import { Secret } from '../../../src/ports/secret.ts';
import { DAY_MS, keyBytes, NOW_MS, ownSource, peerSource, readRing } from './vectors.ts';

const own = [ownSource('own-2048')];
const peer = [peerSource('peer-2048')];
const rules = { graceMs: 0, nowMs: NOW_MS };

function states(ring: KeyRing<PgpKey>, purpose: KeyPurpose): string[] {
  return ring.keys.filter((key) => key.purpose === purpose).map((key) => ring.state(key, NOW_MS));
}

const readPeerKey = (name: string) => readKey({ armoredKey: keyBytes(`${name}.public`).toString('latin1') });
const readOwnKey = (name: string) =>
  readPrivateKey({ armoredKey: keyBytes(`${name}.secret`).toString('latin1') });

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
    assert.equal((await readPgpKeyRing({ own: [open], peer, ...rules })).usable('sign', NOW_MS).length, 1);
    const withPassphrase = { ...shut, passphrase: new Secret(passphrase) };
    assert.equal(
      (await readPgpKeyRing({ own: [withPassphrase], peer, ...rules })).usable('sign', NOW_MS).length,
      1,
    );
    await assert.rejects(
      readPgpKeyRing({ own: [shut], peer, ...rules }),
      /by a passphrase, and none is given/,
    );
    const wrong = { ...shut, passphrase: new Secret('wrong horse') };
    await assert.rejects(readPgpKeyRing({ own: [wrong], peer, ...rules }), (error: Error) => {
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
      readPgpKeyRing({ own: [{ name: 'x', bytes }], peer, ...rules }),
      /the OpenPGP key x is not an/,
    );
    await assert.rejects(
      readPgpKeyRing({ own, peer: [{ name: 'x', bytes }], ...rules }),
      /the OpenPGP key x is not an/,
    );
    await assert.rejects(readPgpKeyRing({ own: peer, peer, ...rules }), /peer-2048 is not an OpenPGP key/);
    await assert.rejects(
      readPgpKeyRing({ own, peer: own, ...rules }),
      /is a private key, where the public key/,
    );
    await assert.rejects(
      readPgpKeyRing({ own: [], peer, ...rules }),
      /no key to decrypt with: none was given/,
    );
    await assert.rejects(readPgpKeyRing({ own: [...own, ...own], peer, ...rules }), /is given twice to sign/);
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

  test('[PGP-8] a revoked subkey is not used', async () => {
    const key = await readOwnKey('peer-subkeys');
    const [signing, , encrypting] = key.subkeys;
    assert.ok(signing && encrypting && !Array.isArray(key.keyPacket));
    for (const subkey of [signing, encrypting]) {
      const at = key.subkeys.indexOf(subkey);
      key.subkeys[at] = await subkey.revoke(key.keyPacket as Parameters<typeof subkey.revoke>[0]);
    }
    const bytes = key.toPublic().write();
    await assert.rejects(
      readPgpKeyRing({ own, peer: [{ name: 'revoked', bytes }], ...rules }),
      /no key to encrypt with: [0-9a-f]{16} is retired/,
    );
    const ring = await readPgpKeyRing({ own, peer: [{ name: 'revoked', bytes }, ...peer], ...rules });
    assert.equal(ring.keys.filter(({ purpose }) => purpose === 'verify').length, 2);
  });

  test('[OQ-79] a subkey of the peer’s that can’t be used is passed over, named, and stands in nobody’s way', async () => {
    const key = await readOwnKey('own-2048');
    const date = new Date(NOW_MS);
    const elliptic = { type: 'ecc', curve: 'curve25519Legacy', date } as const;
    const weak = { rsaBits: 1024, date, config: { minRSABits: 1024 } } as const;
    for (const [options, reason] of [
      [elliptic, /^has a key that is not RSA of version 4, [0-9a-f]{16}$/],
      [{ ...elliptic, curve: 'ed25519Legacy', sign: true }, /^has a key that is not RSA of version 4/],
      [weak, /^has an RSA key of 1024 bits/],
      [{ ...weak, sign: true }, /^has an RSA key of 1024 bits/],
    ] as const) {
      const bytes = (await key.addSubkey({ ...options })).toPublic().write();
      const ring = await readPgpKeyRing({ own, peer: [{ name: 'x', bytes }], ...rules });
      const alone = await readRing(['own-2048'], ['own-2048']);
      assert.deepEqual(
        ring.keys.map(({ fingerprint }) => fingerprint),
        alone.keys.map(({ fingerprint }) => fingerprint),
      );
      assert.deepEqual([ring.passedOver.length, ring.passedOver[0]?.key], [1, 'the OpenPGP key x']);
      assert.match(ring.passedOver[0]?.reason ?? '', reason);
    }
    const ours = { name: 'x', bytes: (await key.addSubkey(elliptic)).write() };
    await assert.rejects(readPgpKeyRing({ own: [ours], peer, ...rules }), /not RSA of version 4/);
  });

  test('[OQ-79] all keys of a file are read, however they were put together', async () => {
    const [first, second] = [keyBytes('peer-2048.public'), keyBytes('peer-3072.public')];
    const keys = await Promise.all([readPeerKey('peer-2048'), readPeerKey('peer-3072')]);
    const binary = Buffer.concat(keys.map((key) => key.write()));
    const text = `${first}\n${second}`;
    const files: Readonly<Record<string, Buffer>> = {
      'two armors': Buffer.from(text),
      'lines of Windows, a mark and prose': Buffer.from(
        `\ufeffDear bank,\n\n${first}\nand\n\n${second}\n--\nGoogle`.replaceAll('\n', '\r\n'),
      ),
      'one armor': Buffer.from(armor(enums.armor.publicKey, binary)),
      binary,
    };
    for (const [name, bytes] of Object.entries(files)) {
      const ring = await readPgpKeyRing({ own, peer: [{ name, bytes }], ...rules });
      assert.deepEqual(states(ring, 'verify'), ['active', 'active'], name);
      assert.deepEqual(states(ring, 'encrypt'), ['active', 'active'], name);
      assert.deepEqual(ring.passedOver, []);
    }
    const secrets = Buffer.concat([keyBytes('own-2048.secret'), keyBytes('own-3072.secret')]);
    const ours = await readPgpKeyRing({ own: [{ name: 'ours', bytes: secrets }], peer, ...rules });
    assert.deepEqual([states(ours, 'sign').length, states(ours, 'decrypt').length], [2, 2]);
    const weak = Buffer.concat([keyBytes('own-2048.secret'), keyBytes('peer-weak.secret')]);
    await assert.rejects(
      readPgpKeyRing({ own: [{ name: 'ours', bytes: weak }], peer, ...rules }),
      /1024 bits/,
    );
  });

  test('[OQ-79] of several keys of a file a bad one is passed over', async () => {
    const good = keyBytes('peer-2048.public').toString();
    const bad: Readonly<Record<string, readonly [string, RegExp]>> = {
      revoked: [keyBytes('peer-revoked.public').toString(), /is revoked$/],
      weak: [keyBytes('peer-weak.public').toString(), /1024 bits/],
      elliptic: [keyBytes('peer-elliptic.public').toString(), /not RSA/],
      private: [keyBytes('peer-3072.secret').toString(), /treat it as leaked$/],
      cut: [keyBytes('peer-3072.public').toString().slice(0, 900), /is damaged/],
      'of another version': [
        armor(enums.armor.publicKey, Buffer.from('99000203ff', 'hex')),
        /is damaged, or of a version/,
      ],
    };
    for (const [what, [text, reason]] of Object.entries(bad)) {
      for (const both of [`${good}\n${text}\n`, `${text}\n${good}`]) {
        const ring = await readPgpKeyRing({
          own,
          peer: [{ name: 'both', bytes: Buffer.from(both) }],
          ...rules,
        });
        assert.equal(states(ring, 'verify').length, 1, what);
        assert.match(ring.passedOver.map((key) => key.reason).join('\n'), reason, what);
      }
    }
  });

  test('[OQ-79] what was revoked in one copy is not revived by another', async () => {
    const key = await readOwnKey('peer-2048');
    const { publicKey: revoked } = await revokeKey({ key, date: new Date(NOW_MS), format: 'object' });
    const [old, late] = [peerSource('peer-2048'), { name: 'revoked', bytes: revoked.write() }];
    for (const copies of [
      [old, late],
      [late, old],
    ]) {
      await assert.rejects(
        readPgpKeyRing({ own, peer: copies, ...rules }),
        /no key to verify with.*is revoked/,
      );
      const ring = await readPgpKeyRing({ own, peer: [...copies, peerSource('peer-3072')], ...rules });
      assert.deepEqual([states(ring, 'verify').length, states(ring, 'encrypt').length], [1, 1]);
    }
    const many = await readOwnKey('peer-subkeys');
    const [signing] = many.subkeys;
    assert.ok(signing);
    many.subkeys[0] = await signing.revoke(
      many.keyPacket as Parameters<typeof signing.revoke>[0],
      undefined,
      new Date(NOW_MS),
    );
    const partly = { name: 'partly', bytes: many.toPublic().write() };
    for (const copies of [
      [peerSource('peer-subkeys'), partly],
      [partly, peerSource('peer-subkeys')],
    ]) {
      const ring = await readPgpKeyRing({ own, peer: copies, ...rules });
      assert.equal(
        ring.keys.some(({ fingerprint }) => fingerprint === signing.getFingerprint()),
        false,
      );
      assert.match(ring.passedOver.map(({ reason }) => reason).join('\n'), /has a subkey that is revoked/);
    }
  });

  test('[OQ-79] what was seen revoked once is not revived by an older copy alone', async () => {
    const key = await readOwnKey('peer-2048');
    const { publicKey } = await revokeKey({ key, date: new Date(NOW_MS), format: 'object' });
    const seen = new Set<string>();
    const read = (...peer: readonly { readonly name: string; readonly bytes: Uint8Array }[]) =>
      readPgpKeyRing({ own, peer, ...rules, revoked: seen });
    assert.equal(states(await read(peerSource('peer-2048')), 'verify').length, 1);
    assert.deepEqual([...seen], []);
    // The only key there is, so that nothing is left of the file: it is remembered all the same.
    await assert.rejects(read({ name: 'revoked', bytes: publicKey.write() }), /is revoked$/);
    assert.deepEqual([...seen], [key.getFingerprint()]);
    await assert.rejects(read(peerSource('peer-2048')), /is revoked: a copy of it that was read here before/);
    const ring = await read(peerSource('peer-2048'), peerSource('peer-3072'));
    assert.deepEqual([states(ring, 'verify').length, states(ring, 'encrypt').length], [1, 1]);

    const many = await readOwnKey('peer-subkeys');
    const [signing] = many.subkeys;
    assert.ok(signing);
    const primary = many.keyPacket as Parameters<typeof signing.revoke>[0];
    many.subkeys[0] = await signing.revoke(primary, undefined, new Date(NOW_MS));
    const uses = ({ keys }: Awaited<ReturnType<typeof read>>) =>
      keys.some(({ fingerprint }) => fingerprint === signing.getFingerprint());
    assert.equal(uses(await read(peerSource('peer-subkeys'))), true);
    assert.equal(uses(await read({ name: 'partly', bytes: many.toPublic().write() })), false);
    const older = await read(peerSource('peer-subkeys'));
    assert.equal(uses(older), false);
    assert.match(older.passedOver.map(({ reason }) => reason).join('\n'), /has a subkey that is revoked/);
  });

  test('a subkey that the primary key never bound is not used', async () => {
    const [victim, other] = await Promise.all([readPeerKey('peer-2048'), readPeerKey('stranger')]);
    const packets = new PacketList<never>();
    packets.push(
      ...(victim.toPacketList().slice(0, 3) as never[]),
      ...(other.toPacketList().slice(3) as never[]),
    );
    const bytes = new PublicKey(packets).write();
    await assert.rejects(
      readPgpKeyRing({ own, peer: [{ name: 'mixed', bytes }], ...rules }),
      /no subkey that may encrypt/,
    );
  });

  test('a private key that does not fit its public key is refused', async () => {
    const [key, other] = await Promise.all([readOwnKey('own-2048'), readOwnKey('peer-2048')]);
    assert.ok('privateParams' in key.keyPacket && 'privateParams' in other.keyPacket);
    key.keyPacket.privateParams = other.keyPacket.privateParams;
    await assert.rejects(readPgpKeyRing({ own: [{ name: 'x', bytes: key.write() }], peer, ...rules }), {
      name: 'KeyRingError',
      message: /doesn't fit/,
    });
  });

  test('[ENC-2] the times that an operator sets are kept, and a key never works before its creation', async () => {
    const retiresAtMs = NOW_MS + DAY_MS;
    const source = { ...ownSource('own-2048'), notBeforeMs: NOW_MS - DAY_MS, retiresAtMs };
    const ring = await readPgpKeyRing({ own: [source], peer, ...rules });
    assert.equal(ring.usable('sign', NOW_MS - DAY_MS - 1).length, 0);
    assert.equal(ring.usable('sign', NOW_MS).length, 1);
    assert.equal(ring.usable('sign', retiresAtMs).length, 0);
    const early = await readPgpKeyRing({ own: [{ ...source, notBeforeMs: 0 }], peer, ...rules });
    assert.equal(early.usable('sign', Date.UTC(2026, 1, 28)).length, 0);
  });
});
