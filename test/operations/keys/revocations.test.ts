import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { judgeStart } from '../../../src/operations/judge-start.ts';
import { checkKeys } from '../../../src/operations/keys/check.ts';
import { listKeys } from '../../../src/operations/keys/list.ts';
import { inspectConfig } from '../../../src/settings/load.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { TEST_SETTINGS } from '../../support/test-application.ts';
import { makeKey, sealingSettings, storeThatRevokes, type TestKey } from '../../support/test-keys.ts';

const NOW_MS = Date.now() + 60_000;
const [ours, revoked, good] = await Promise.all([makeKey('pgp'), makeKey('pgp'), makeKey('pgp')]);
const BEFORE = /is revoked: a copy of it that was read here before says so/;

/** Settings with that much of Google's, in a folder whose store remembers the first of them as revoked. */
async function configured(t: TestContext, google: readonly TestKey[]): Promise<Settings> {
  const dataDirectory = temporaryDirectory(t);
  await storeThatRevokes(dataDirectory, revoked);
  const { values, faults } = inspectConfig({
    env: {},
    overrides: { ...TEST_SETTINGS, dataDirectory, 'payload.pgp': sealingSettings([ours], google) },
  });
  assert.deepEqual(faults, []);
  return values as Settings;
}

test('[OQ-79] an older copy of a key that a server saw revoked is revoked for who looks at the configuration', async (t) => {
  const settings = await configured(t, [revoked]);
  const check = await checkKeys(settings, NOW_MS);
  assert.match(check.faults.join(), BEFORE);
  const { entries } = await listKeys(settings, NOW_MS);
  assert.match(entries.map(({ fault }) => fault).join(), BEFORE);
  const { faults } = await judgeStart(settings, NOW_MS);
  assert.match(faults.map(({ reason }) => reason).join(), BEFORE);
});

test('[OQ-79] beside a good key it is passed over, and named', async (t) => {
  const settings = await configured(t, [revoked, good]);
  const check = await checkKeys(settings, NOW_MS);
  assert.deepEqual(check.faults, []);
  assert.match(check.passedOver.join(), BEFORE);
  const start = await judgeStart(settings, NOW_MS);
  assert.deepEqual(start.faults, []);
  assert.match(start.warnings.join(), BEFORE);
});

test('[OQ-79] a store that can not be asked is named, and one that is not there remembers nothing', async (t) => {
  const settings = await configured(t, [revoked]);
  const broken = { ...settings, profile: 'production' } as const;
  const unknown =
    /what the store remembers of revoked keys was not consulted: .*otp\.sqlite belongs to the sandbox/;
  assert.match(String((await checkKeys(broken, NOW_MS)).notConsulted), unknown);
  assert.match(String((await listKeys(broken, NOW_MS)).notConsulted), unknown);
  assert.match((await judgeStart(broken, NOW_MS)).warnings.join(), unknown);
  const none = { ...settings, dataDirectory: join(settings.dataDirectory, 'none') };
  assert.deepEqual(await checkKeys(none, NOW_MS), {
    faults: [],
    notConsulted: undefined,
    forged: [],
    passedOver: [],
    expiring: [],
  });
});
