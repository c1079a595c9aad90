import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { revokeKey } from 'openpgp';
import { readPgpKeyRing } from '../../../src/codecs/openpgp/keys.ts';
import { google, ours, readOwnKey, rules, states } from './key-reading.ts';
import { NOW_MS, peerSource } from './vectors.ts';

describe('revoked OpenPGP keys', () => {
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
      readPgpKeyRing({ ours, google: [{ name: 'revoked', bytes }], ...rules }),
      /no key to encrypt with: [0-9a-f]{16} is retired/,
    );
    const ring = await readPgpKeyRing({ ours, google: [{ name: 'revoked', bytes }, ...google], ...rules });
    assert.equal(ring.keys.filter(({ purpose }) => purpose === 'verify').length, 2);
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
        readPgpKeyRing({ ours, google: copies, ...rules }),
        /no key to verify with.*is revoked/,
      );
      const ring = await readPgpKeyRing({ ours, google: [...copies, peerSource('peer-3072')], ...rules });
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
      const ring = await readPgpKeyRing({ ours, google: copies, ...rules });
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
    const read = (...google: readonly { readonly name: string; readonly bytes: Uint8Array }[]) =>
      readPgpKeyRing({ ours, google, ...rules, revoked: seen });
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
});
