import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as openpgp from 'openpgp';
import type { ConformanceConfig } from '../../../conformance/run/config.ts';
import { runConformance } from '../../../conformance/run/suite.ts';
import { joseKeys, jwks } from '../jose-keys.ts';
import { pgpKeys } from '../pgp-keys.ts';
import { startReferenceServer } from '../reference/server.ts';

const { google } = await pgpKeys;

/** The public key of an integrator who made it otherwise than agreed. */
async function integratorKey({ years = 1 }: { readonly years?: number }): Promise<string> {
  const { privateKey } = await openpgp.generateKey({
    type: 'rsa',
    rsaBits: 2048,
    userIDs: [{ name: 'integrator' }],
    keyExpirationTime: years * 365 * 86_400,
    subkeys: [{}],
    format: 'object',
  });
  return privateKey.toPublic().armor();
}

async function failed(config: ConformanceConfig, only: string[]): Promise<string[]> {
  const server = await startReferenceServer({ accounts: [] });
  const { run } = await runConformance({ url: server.url, ...config }, { only });
  await server.close();
  return run.outcomes.filter(({ kind }) => kind === 'failed').map(({ check }) => check.id);
}

const pgp = (publicKey: string): ConformanceConfig => ({
  codec: 'pgp',
  google: { privateKeys: [google.armor()] },
  integrator: { publicKeys: [publicKey] },
});
const ofKeys = ['sealing/keys-', 'sealing/pgp-keys-'];

test('a key of one year with an encryption subkey passes', async () => {
  assert.deepEqual(await failed(pgp(await integratorKey({})), ofKeys), []);
});

test('a key that never expires, or lives for three years, fails sealing/pgp-keys-expire', async () => {
  for (const years of [0, 3]) {
    assert.deepEqual(await failed(pgp(await integratorKey({ years })), ofKeys), ['sealing/pgp-keys-expire']);
  }
});

test('an RSA key of 1024 bits fails sealing/keys-are-strong', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const short = jwks('public', { kid: 'short', use: 'enc', key: privateKey }, joseKeys.integratorSigning);
  const privateKeys = [jwks('private', joseKeys.googleEncryption, joseKeys.googleSigning)];
  const config = { codec: 'jwe+jws' as const, google: { privateKeys }, integrator: { publicKeys: [short] } };
  assert.deepEqual(await failed(config, ofKeys), ['sealing/keys-are-strong']);
});

test('a key that certifies, signs and decrypts at once fails sealing/pgp-keys-have-encryption-subkey', async () => {
  // Made with GnuPG: RSA for all purposes, without an end.
  const armored = readFileSync(new URL('one-key-for-all.asc', import.meta.url), 'utf8');
  const expected = ['sealing/pgp-keys-expire', 'sealing/pgp-keys-have-encryption-subkey'];
  assert.deepEqual(await failed(pgp(armored), ofKeys), expected);
});
