import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { armor, enums } from 'openpgp';
import { readPgpKeyRing } from '../../../src/codecs/openpgp/keys.ts';
import { google, ours, readGoogleKey, readOwnKey, rules, states } from './key-reading.ts';
import { keyBytes, NOW_MS, readRing } from './vectors.ts';

describe('files of OpenPGP keys', () => {
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
      const ring = await readPgpKeyRing({ ours, google: [{ name: 'x', bytes }], ...rules });
      const alone = await readRing(['own-2048'], ['own-2048']);
      assert.deepEqual(
        ring.keys.map(({ fingerprint }) => fingerprint),
        alone.keys.map(({ fingerprint }) => fingerprint),
      );
      assert.deepEqual([ring.passedOver.length, ring.passedOver[0]?.key], [1, 'the OpenPGP key x']);
      assert.match(ring.passedOver[0]?.reason ?? '', reason);
    }
    const secret = { name: 'x', bytes: (await key.addSubkey(elliptic)).write() };
    await assert.rejects(readPgpKeyRing({ ours: [secret], google, ...rules }), /not RSA of version 4/);
  });

  test('[OQ-79] all keys of a file are read, however they were put together', async () => {
    const [first, second] = [keyBytes('peer-2048.public'), keyBytes('peer-3072.public')];
    const keys = await Promise.all([readGoogleKey('peer-2048'), readGoogleKey('peer-3072')]);
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
      const ring = await readPgpKeyRing({ ours, google: [{ name, bytes }], ...rules });
      assert.deepEqual(states(ring, 'verify'), ['active', 'active'], name);
      assert.deepEqual(states(ring, 'encrypt'), ['active', 'active'], name);
      assert.deepEqual(ring.passedOver, []);
    }
    const secrets = Buffer.concat([keyBytes('own-2048.secret'), keyBytes('own-3072.secret')]);
    const both = await readPgpKeyRing({ ours: [{ name: 'ours', bytes: secrets }], google, ...rules });
    assert.deepEqual([states(both, 'sign').length, states(both, 'decrypt').length], [2, 2]);
    const weak = Buffer.concat([keyBytes('own-2048.secret'), keyBytes('peer-weak.secret')]);
    await assert.rejects(
      readPgpKeyRing({ ours: [{ name: 'ours', bytes: weak }], google, ...rules }),
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
          ours,
          google: [{ name: 'both', bytes: Buffer.from(both) }],
          ...rules,
        });
        assert.equal(states(ring, 'verify').length, 1, what);
        assert.match(ring.passedOver.map((key) => key.reason).join('\n'), reason, what);
      }
    }
  });
});
