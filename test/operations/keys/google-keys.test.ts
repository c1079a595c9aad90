import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readPrivateKey, revokeKey, unarmor } from 'openpgp';
import { readPgpKeyRing } from '../../../src/codecs/openpgp/keys.ts';
import { checkKeys } from '../../../src/operations/keys/check.ts';
import { RevokedKey } from '../../../src/operations/keys/files.ts';
import { readGoogleKey, storeGoogleKey, storeRevocation } from '../../../src/operations/keys/google-keys.ts';
import { listKeys } from '../../../src/operations/keys/list.ts';
import { Secret } from '../../../src/ports/secret.ts';
import { forgedKeyWarnings, passedOverWarnings } from '../../../src/wiring/key-warnings.ts';
import { readKeyRings } from '../../../src/wiring/keys.ts';
import { makeKey, sealingSettings } from '../../support/test-keys.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.now() + 60_000;
const google = await makeKey('pgp');
const other = await makeKey('pgp');
const jwks = await makeKey('jwe');
const set = JSON.parse(jwks.public) as { readonly keys: readonly Record<string, unknown>[] };
const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
const foreign = { ...ed25519, alg: 'EdDSA', use: 'sig', kid: 'ed-1' };

/** A place to import into, and a way to import a text. */
function importer(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'gsp-otp-peer-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const kept = join(directory, 'keys');
  const read = (text: string | Uint8Array) => {
    const file = join(directory, 'google');
    writeFileSync(file, text);
    return readGoogleKey(file, kept, NOW_MS);
  };
  return { kept, read };
}

const thrownBy = (work: Promise<unknown>) =>
  work.then(
    () => assert.fail('it was taken'),
    (thrown: unknown) => thrown,
  );

test('[OQ-79] of a file the keys that the server can use are taken, the others named', async (t) => {
  const { read } = importer(t);
  const mixed = await read(`\ufeff${JSON.stringify({ keys: [foreign, ...set.keys] })}`);
  assert.equal(mixed.keys.length, set.keys.length);
  assert.match(
    mixed.passedOver.join(),
    /place 1 of .*google has a kty, its type, that is not used here; RSA and EC keys are accepted/,
  );
  assert.equal(mixed.text.startsWith('{'), true, 'no byte order mark is kept');
  const both = await read(`${google.public}\r\nsome words\r\n${other.public}`);
  assert.equal(both.fingerprints.length, 2);
  assert.equal(both.text.match(/BEGIN PGP PUBLIC KEY BLOCK/g)?.length, 2);
  await assert.rejects(
    read(JSON.stringify({ keys: [foreign] })),
    /place 1 of .*has a kty, its type, that is not used here; RSA and EC keys are accepted/,
  );
  await assert.rejects(read(Buffer.from(google.public, 'utf16le')), /is not an OpenPGP key/);
  await assert.rejects(read(Buffer.from(`\ufeff${google.public}`, 'utf16le')), /is text in UTF-16/);
});

test('[OQ-79] what the server would refuse for its end is refused, for each purpose by itself', async (t) => {
  const { read } = importer(t);
  const ends = (exp: number) =>
    JSON.stringify({ keys: set.keys.map((jwk) => (jwk['use'] === 'sig' ? { ...jwk, exp } : jwk)) });
  await assert.rejects(
    read(ends(1_600_000_000)),
    /^KeyRingError: no key to verify with: .* expired on 2020-09-13$/,
  );
  assert.equal((await read(ends(NOW_MS / 1000 + 60))).keys.length, 2);
  const later = JSON.stringify({ keys: set.keys.map((jwk) => ({ ...jwk, nbf: NOW_MS / 1000 + 60 })) });
  assert.equal((await read(later)).keys.length, 2, 'a key may be imported ahead of its time');
});

test('a private key in Google’s place is told to be leaked, and nothing of it is kept', async (t) => {
  const { kept, read } = importer(t);
  for (const text of [
    google.private,
    `${other.public}\n${google.private}`,
    jwks.private,
    JSON.stringify({ keys: [...set.keys, JSON.parse(jwks.private).keys[0]] }),
  ])
    await assert.rejects(read(text), /is (a )?private.* treat it as leaked$/);
  assert.throws(() => readdirSync(kept), /ENOENT/);
});

test('a setting that a key asks for is named, since by default it is not used', async (t) => {
  const { read } = importer(t);
  const oaep = set.keys.map((jwk) => (jwk['use'] === 'enc' ? { ...jwk, alg: 'RSA-OAEP' } : jwk));
  assert.match(
    (await read(JSON.stringify({ keys: oaep }))).needs.join(),
    /used only if payload\.jwe\.keyManagement names RSA-OAEP$/,
  );
  assert.deepEqual((await read(jwks.public)).needs, []);
});

test('[OQ-79] a revocation that came once is not undone by an older copy', async (t) => {
  const { kept, read } = importer(t);
  const key = await readPrivateKey({ armoredKey: google.private });
  const { publicKey } = await revokeKey({ key, date: new Date(NOW_MS - 1000) });
  storeGoogleKey(await read(google.public), kept, NOW_MS - DAY_MS);
  const error = await thrownBy(read(publicKey));
  assert.ok(error instanceof RevokedKey);
  storeRevocation(error, kept, NOW_MS);
  await assert.rejects(read(google.public), /is revoked$/);
  const beside = await read(`${google.public}\n${other.public}`);
  assert.equal(beside.fingerprints.length, 1);
  assert.match(beside.passedOver.join(), /is revoked/);
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, 'google-pgp-odd.asc'), 'no key');
  assert.equal((await read(other.public)).keys.length, 2);
});

test('[OQ-79] a revocation certificate counts wherever it comes: before, behind, without its key, and twice', async (t) => {
  const { publicKey } = await revokeKey({
    key: await readPrivateKey({ armoredKey: google.private }),
    date: new Date(NOW_MS - 60_000),
    format: 'object',
  });
  const certificate = (await publicKey.getRevocationCertificate(new Date(NOW_MS))) as string;
  const [key, revocation] = await Promise.all(
    [google.public, certificate].map(async (text) => Buffer.from((await unarmor(text)).data as Uint8Array)),
  );
  assert.ok(key && revocation);
  for (const text of [
    `${google.public}\n${certificate}`,
    `${certificate}\n${google.public}`,
    Buffer.concat([key, revocation]),
    Buffer.concat([revocation, key]),
  ]) {
    const { kept, read } = importer(t);
    const error = await thrownBy(read(text));
    assert.ok(error instanceof RevokedKey);
    storeRevocation(error, kept, NOW_MS);
    await assert.rejects(read(google.public), RevokedKey);
  }
  const { kept, read } = importer(t);
  await assert.rejects(read(certificate), /a signature in .* is no revocation of a key that is known here$/);
  const beside = await read(`${other.public}\n${certificate}`);
  assert.match(beside.passedOver.join(), /is no revocation of a key that is known here/);
  storeGoogleKey(await read(google.public), kept, NOW_MS);
  for (const time of ['first', 'second']) {
    const error = await thrownBy(read(certificate));
    assert.ok(error instanceof RevokedKey, time);
    assert.equal(storeRevocation(error, kept, NOW_MS).wasKept, time === 'second');
  }
  await assert.rejects(read(google.public), RevokedKey);
  await assert.rejects(
    readPgpKeyRing({
      ours: [],
      google: [google.public, certificate].map((text, at) => ({ name: `${at}`, bytes: Buffer.from(text) })),
      graceMs: 0,
      nowMs: NOW_MS,
      purposes: ['verify'],
    }),
    /no key to verify with.*is revoked/,
  );
  const given = [google.public, certificate].map((text, at) => ({
    key: new Secret(text, `{file: ${at}}`),
  }));
  const pgp = { ours: [], google: given, armor: false };
  const payload = { graceMs: 0, pgp };
  const { entries: listed } = await listKeys(
    { profile: 'sandbox', dataDirectory: '/nowhere', store: { kind: 'sqlite' }, payload },
    NOW_MS,
  );
  assert.deepEqual(
    listed.map(({ fault }) => fault),
    [
      'the OpenPGP key payload.pgp.google.0 {file: 0} is revoked',
      'payload.pgp.google.1 {file: 1} holds no key, but a revocation that counts',
    ],
  );
});

test('a key that comes again on the same day with something new is kept beside the old one', async (t) => {
  const { kept, read } = importer(t);
  storeGoogleKey(await read(google.public), kept, NOW_MS);
  const both = storeGoogleKey(await read(google.public + other.public), kept, NOW_MS);
  assert.deepEqual([both.wasKept, readdirSync(kept).length], [false, 2]);
  assert.equal(storeGoogleKey(await read(google.public), kept, NOW_MS).wasKept, true);
});

test('[OQ-79] the server starts with what is usable, and says what it left out', async () => {
  const settings = (profile: 'sandbox' | 'production', keys: readonly string[]) => ({
    profile,
    dataDirectory: '/nowhere',
    store: { kind: 'sqlite' as const },
    payload: {
      graceMs: 0,
      jwe: {
        ...sealingSettings([jwks], []),
        ours: [{ key: new Secret(jwks.private) }],
        google: keys.map((key) => ({ key: new Secret(key) })),
        seal: 'jwe+jws' as const,
        keyManagement: ['RSA-OAEP-256' as const],
        contentEncryption: ['A256GCM' as const],
        signing: ['RS256' as const],
        olderEdition: false,
        base64url: false,
        issuedAt: false,
      },
    },
  });
  const mixed = settings('production', [JSON.stringify({ keys: [foreign, ...set.keys] })]);
  const rings = await readKeyRings(mixed, NOW_MS);
  assert.match(
    passedOverWarnings(rings).join(),
    /^the JWK at place 1 of payload\.jwe\.google\.0 .* has a kty, its type, that is not used here; RSA and EC keys are accepted/,
  );
  assert.deepEqual((await checkKeys(mixed, NOW_MS)).faults, []);
  // Ours in Google's place: whoever proves a sandbox so has to take it out of production.
  assert.match(
    forgedKeyWarnings(rings, mixed).join(),
    /payload\.jwe\.google .* is one of yours and not Google's: take it out/,
  );
  assert.deepEqual(forgedKeyWarnings(rings, settings('sandbox', [])), []);
  const { faults: none } = await checkKeys(
    settings('production', [JSON.stringify({ keys: [foreign] })]),
    NOW_MS,
  );
  assert.match(
    none.join(),
    /place 1 of payload\.jwe\.google\.0 .* has a kty, its type, that is not used here; RSA and EC keys are accepted/,
  );
});
