import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readKey, revokeKey } from 'openpgp';
import { generatePgpKey } from '../../../src/codecs/openpgp/generate.ts';
import { loadConfig } from '../../../src/settings/load.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { importTestAccounts } from '../../support/test-accounts.ts';
import { startApplication, TEST_SETTINGS } from '../../support/test-application.ts';
import { makeKey, sealingSettings, type TestKey } from '../../support/test-keys.ts';

/** A key of Google's, and the same with its revocation. */
async function makeRevoked(): Promise<{ readonly key: TestKey; readonly revoked: TestKey }> {
  const order = { nowMs: Date.now(), validityDays: 365, name: 'Google' };
  const { privateKey, publicKey, revocationCertificate } = await generatePgpKey(order);
  const { publicKey: revoked } = await revokeKey({
    key: await readKey({ armoredKey: publicKey }),
    revocationCertificate: revocationCertificate.reveal(),
    format: 'armored',
  });
  const secret = privateKey.reveal();
  return { key: { private: secret, public: publicKey }, revoked: { private: secret, public: revoked } };
}

test('[OQ-79] what was revoked stays revoked: an older copy changes nothing, at a reload or a start', async (t) => {
  const [ours, good, { key, revoked }] = await Promise.all([makeKey('pgp'), makeKey('pgp'), makeRevoked()]);
  const dataDirectory = temporaryDirectory(t);
  await importTestAccounts(dataDirectory);
  const settings = (...google: readonly TestKey[]) => ({ 'payload.pgp': sealingSettings([ours], google) });
  const first = await startApplication({ dataDirectory, settings: settings(key) });
  const reload = (...google: readonly TestKey[]) =>
    first.application.reload(
      loadConfig({ env: {}, overrides: { ...TEST_SETTINGS, dataDirectory, ...settings(...google) } }),
    );
  try {
    await reload(key);
    await assert.rejects(reload(revoked), /is revoked/);
    await assert.rejects(reload(key), /is revoked: a copy of it that was read here before says so/);
    await reload(key, good);
  } finally {
    await first.stop();
  }
  await assert.rejects(
    startApplication({ dataDirectory, settings: settings(key) }).then((started) => started.stop()),
    /is revoked: a copy of it that was read here before says so/,
  );
  await (await startApplication({ dataDirectory, settings: settings(key, good) })).stop();
});
