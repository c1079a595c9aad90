import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { generateJwks } from '../../../src/codecs/jose/jwk-generate.ts';
import { ProofFailed } from '../../../src/operations/keys/prove-new.ts';
import { type KeyEntry, type RotationOrder, rotateKeys } from '../../../src/operations/keys/rotate.ts';
import { rotateSubkey } from '../../../src/operations/keys/rotate-subkey.ts';
import { type RotationRefusal, RotationRefused } from '../../../src/operations/keys/rotation-refused.ts';
import { Secret } from '../../../src/ports/secret.ts';
import type { KeySettings } from '../../../src/wiring/keys.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { makeKey } from '../../support/test-keys.ts';

const DAY_MS = 86_400_000;
/** A minute ahead, since the keys are made while this runs; a whole second, as moments are written. */
const NOW_MS = Math.ceil(Date.now() / 1000) * 1000 + 60_000;
const moment = (days: number) => `${new Date(NOW_MS + days * DAY_MS).toISOString().slice(0, 19)}Z`;

const jwe = {
  seal: 'jwe+jws',
  keyManagement: ['RSA-OAEP-256'],
  contentEncryption: ['A256GCM'],
  signing: ['PS256', 'RS256'],
  olderEdition: false,
  issuedAt: false,
  base64url: false,
} as const;

function settings(kind: 'pgp' | 'jwe', ...ours: readonly KeyEntry[]): KeySettings {
  const lists = { ours, google: [] };
  const payload = { graceMs: DAY_MS, [kind]: { ...(kind === 'jwe' ? jwe : { armor: false }), ...lists } };
  return { profile: 'sandbox', payload } as unknown as KeySettings;
}

function order(t: TestContext, kind: 'pgp' | 'jwe', changes: Partial<RotationOrder> = {}): RotationOrder {
  const directory = join(temporaryDirectory(t), 'made');
  const life = { validityDays: 365, signAfterDays: 14, retireAfterDays: 30 };
  const key = { kind, name: 'Example Bank', rsaBits: 2048, passphrase: 'as-before' as const };
  return { ...key, ...life, directory, nowMs: NOW_MS, ...changes };
}

describe('the rotation of keys of ours', () => {
  let pgp: Secret;
  let jwk: Secret;
  before(async () => {
    [pgp, jwk] = (await Promise.all(
      (['pgp', 'jwe'] as const).map(
        async (kind) => new Secret((await makeKey(kind)).private, `{old ${kind}}`),
      ),
    )) as [Secret, Secret];
  });

  const two = () => [
    { key: pgp, passphrase: new Secret('one passphrase') },
    { key: pgp, passphrase: new Secret('another passphrase') },
  ];
  const refused: readonly [
    string,
    RotationRefusal,
    'pgp' | 'jwe',
    () => readonly KeyEntry[],
    Partial<RotationOrder>,
  ][] = [
    ['without a key there is nothing to rotate', 'no-keys', 'pgp', () => [], {}],
    [
      '[ENC-2] a JWK signs before the old one retires',
      'signs-too-late',
      'jwe',
      () => [{ key: jwk }],
      { signAfterDays: 30 },
    ],
    [
      '[ENC-5] a new key outlives the old one',
      'expires-too-early',
      'pgp',
      () => [{ key: pgp }],
      { validityDays: 31 },
    ],
    ['of several passphrases none is chosen', 'several-passphrases', 'pgp', two, {}],
  ];
  for (const [what, reason, kind, ours, changes] of refused) {
    it(`${what}, else it is refused before anything is made`, async (t) => {
      const wanted = order(t, kind, changes);
      await assert.rejects(rotateKeys(settings(kind, ...ours()), wanted), {
        name: 'RotationRefused',
        reason,
      });
      assert.ok(!existsSync(wanted.directory));
    });
  }

  it('says for how many days the new key has to live: until the old one is not even good on receipt', async (t) => {
    await assert.rejects(
      rotateKeys(settings('pgp', { key: pgp }), order(t, 'pgp', { validityDays: 31 })),
      (error) => error instanceof RotationRefused && error.days === 31,
    );
  });

  it('[ENC-2] an OpenPGP key signs at once beside the old one, which keeps an end it has', async (t) => {
    const passphrase = new Secret('of the key until now');
    const ours = [{ key: pgp, passphrase, retiresAt: moment(20) }];
    const { entries, times, key } = await rotateKeys(settings('pgp', ...ours), order(t, 'pgp'));
    assert.deepEqual(
      entries.map(({ retiresAt, notBefore }) => ({ retiresAt, notBefore })),
      [
        { retiresAt: moment(20), notBefore: undefined },
        { retiresAt: undefined, notBefore: undefined },
      ],
    );
    assert.equal(entries[1]?.passphrase, passphrase, 'what is protected stays protected');
    assert.equal(String(entries[1]?.key), `{file: ${key.privateFiles[0]?.file}}`);
    assert.equal(times.retireAtMs, NOW_MS + 30 * DAY_MS);
  });

  it('[PGP-1] when an OpenPGP key would begin to sign alone refuses nothing: both sign from the first day', async (t) => {
    const wanted = order(t, 'pgp', { signAfterDays: 14, retireAfterDays: 7 });
    const { times } = await rotateKeys(settings('pgp', { key: pgp }), wanted);
    assert.equal(times.retireAtMs, NOW_MS + 7 * DAY_MS);
  });

  it('[JWE-4] a JWK decrypts at once and signs later, with the algorithm that the settings prefer', async (t) => {
    const { entries, key } = await rotateKeys(settings('jwe', { key: jwk }), order(t, 'jwe'));
    assert.deepEqual(
      entries.map(({ retiresAt, notBefore }) => ({ retiresAt, notBefore })),
      [
        { retiresAt: moment(30), notBefore: undefined },
        { retiresAt: undefined, notBefore: moment(14) },
        { retiresAt: undefined, notBefore: undefined },
      ],
    );
    assert.deepEqual(
      key.privateFiles.map(({ use }) => use),
      ['sign', 'decrypt'],
    );
    const [{ alg }] = JSON.parse(entries[1]?.key.reveal() ?? '').keys;
    assert.equal(alg, 'PS256');
  });

  it('[JWE-2] a JWK is made for the key management that the settings allow', async (t) => {
    const keyManagement = ['RSA-OAEP'] as const;
    const { privateSet } = await generateJwks({
      purposes: ['sign', 'decrypt'],
      keyManagement: 'RSA-OAEP',
      nowMs: NOW_MS,
    });
    const { payload, profile } = settings('jwe', { key: privateSet });
    const allowed = { ...payload.jwe, keyManagement } as unknown as NonNullable<typeof payload.jwe>;
    const { entries } = await rotateKeys({ profile, payload: { ...payload, jwe: allowed } }, order(t, 'jwe'));
    const [{ alg }] = JSON.parse(entries[2]?.key.reveal() ?? '').keys;
    assert.equal(alg, 'RSA-OAEP');
  });

  it('leaves no file of a key that fails its proof', async (t) => {
    const over = { key: pgp, retiresAt: '2024-01-01T00:00:00Z' };
    const wanted = order(t, 'pgp');
    await assert.rejects(rotateKeys(settings('pgp', over), wanted), ProofFailed);
    assert.deepEqual(readdirSync(wanted.directory), []);
  });

  it('[PGP-7] a subkey is added to the one OpenPGP key, whose fingerprint and times stay', async (t) => {
    const { directory, nowMs } = order(t, 'pgp');
    const terms = { directory, nowMs, validityDays: 30 };
    for (const ours of [[], two()])
      await assert.rejects(rotateSubkey(settings('pgp', ...ours), 'pgp', terms), { reason: 'not-one-key' });
    await assert.rejects(rotateSubkey(settings('jwe', { key: jwk }), 'jwe', terms), {
      reason: 'not-one-key',
    });
    assert.ok(!existsSync(directory));
    const entry = { key: pgp, retiresAt: moment(300) };
    const { entries, key } = await rotateSubkey(settings('pgp', entry), 'pgp', terms);
    assert.equal(entries.length, 1);
    assert.equal(entries[0]?.retiresAt, moment(300));
    assert.notEqual(entries[0]?.key.reveal(), pgp.reveal());
    assert.equal(key.fingerprints.length, 1);
  });
});
