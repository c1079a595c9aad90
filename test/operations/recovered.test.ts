import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import { InboxGateway } from '../../src/adapters/gateways/inbox/gateway.ts';
import { createSystemClock } from '../../src/adapters/system/system-clock.ts';
import { endCodesRecovered } from '../../src/operations/backup.ts';
import { loadConfig } from '../../src/settings/load.ts';
import { storeSettingsUnderTest } from '../adapters/storage/store-kinds.ts';
import { runHere } from '../support/cli-here.ts';
import { activeNumber } from '../support/test-accounts.ts';
import { codeIn, startApplication, TEST_SETTINGS } from '../support/test-application.ts';

for (const [kind, settingsOf] of Object.entries(storeSettingsUnderTest)) {
  describe(`a store of kind ${kind} that was brought back by other means`, () => {
    test('[OQ-73] ends the codes that were unused then, once that is said', async (t) => {
      const { settings, run, start } = await newServer(t, await settingsOf());
      const before = await start();
      await before.call('sendOtp', 'send-1', {
        accountPhoneNumber: activeNumber(1),
        smsMatchingToken: 'AB12345678C',
      });
      await before.application.close();
      const recoveredToMs = Date.now();
      assert.equal(await endCodesRecovered(settings, recoveredToMs, { dryRun: true }), 1);
      assert.equal(await endCodesRecovered(settings, recoveredToMs, { dryRun: false }), 1);
      const after = await start();
      const verified = await after.call('verifyOtp', 'verify-1', {
        sendOtpRequestId: 'send-1',
        otp: run.code(),
      });
      assert.notEqual(verified.body['result'], 'SUCCESS');
    });
  });
}

test('the moment of a recovery has a time zone and is past; a backup and a recovery are two things', async () => {
  for (const args of [
    ['--recovered-to', '2026-03-01'],
    ['--recovered-to', '2999-03-01T12:00:00Z'],
    ['--recovered-to', '2026-03-01T12:00:00Z', 'a-folder'],
    [],
  ]) {
    assert.equal((await runHere(['restore', ...args])).code, 2, args.join(' '));
  }
});

async function newServer(t: TestContext, store: Readonly<Record<string, unknown>>) {
  const gateway = new InboxGateway(createSystemClock());
  const first = await startApplication({ settings: store, overrides: { gateway } });
  const { dataDirectory } = first;
  await first.application.close();
  t.after(() => rmSync(dataDirectory, { recursive: true, force: true }));
  return {
    settings: loadConfig({ env: {}, overrides: { ...TEST_SETTINGS, dataDirectory, ...store } }),
    run: { code: () => codeIn(gateway.texts(1)[0]?.text.reveal() ?? '') },
    async start() {
      const application = await startApplication({ dataDirectory, settings: store, overrides: { gateway } });
      t.after(() => application.stop());
      return application;
    },
  };
}
