import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { kindsUnderTest, storeSettingsUnderTest } from '../adapters/storage/store-kinds.ts';
import { runHere } from '../support/cli-here.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { activeAssociation, activeNumber } from '../support/test-accounts.ts';
import { codeIn, startApplication } from '../support/test-application.ts';

const token = { smsMatchingToken: 'AB12345678C' };
const DAY_MS = 86_400_000;

async function startWithCode(t: TestContext, settings: object) {
  const app = await startApplication({ settings: { ...settings } });
  t.after(() => app.stop());
  const fields = { associationId: activeAssociation(1), ...token };
  const sent = await app.call('sendOtp', 'send-1', fields);
  assert.equal(sent.body['result'], 'SUCCESS');
  const [text] = app.application.inbox?.texts(1) ?? [];
  return { app, fields, sent, otp: codeIn(text?.text.reveal() ?? '') };
}

for (const kind of kindsUnderTest) {
  test(`[OQ-96] ${kind}: a person is erased but for answers and limits, and what is known is exported`, async (t) => {
    const { app, fields, sent, otp } = await startWithCode(t, await storeSettingsUnderTest[kind]());
    const { application } = app;
    const before = await application.exportPerson({ accountId: 'acc-1' });
    const phoneNumber = activeNumber(1);
    assert.deepEqual(before.accounts, [
      { accountId: 'acc-1', status: 'active', language: 'en', phoneNumber },
    ]);
    assert.deepEqual(
      [before.isComplete, before.requests.map(({ requestId }) => requestId)],
      [true, ['send-1']],
    );
    assert.deepEqual(await application.exportPerson({ phoneNumber }), before);
    assert.ok(!JSON.stringify(before).includes(otp));

    const erased = await application.erasePerson({ phoneNumber });
    assert.deepEqual([erased.endedCodes, erased.requests], [1, 1]);
    assert.ok(Number(erased.staysUntilMs) > Date.now() + 29 * DAY_MS);
    const [left] = (await application.exportPerson({ accountId: 'acc-1' })).requests;
    assert.deepEqual(
      left?.challenge?.events.map(({ event }) => event),
      ['issued', 'erased'],
    );
    // The code is over, the answer stays, and so does the pause after a text.
    const typed = await app.call('verifyOtp', 'verify-1', { sendOtpRequestId: 'send-1', otp });
    assert.equal(typed.body['result'], 'OTP_NOT_MATCHED');
    const again = await app.call('sendOtp', 'send-1', fields);
    assert.equal(again.body['paymentIntegratorSendOtpId'], sent.body['paymentIntegratorSendOtpId']);
    assert.equal((await app.call('sendOtp', 'send-2', fields)).body['result'], 'OTP_LIMIT_REACHED');

    const nobody = { endedCodes: 0, requests: 0, staysUntilMs: undefined };
    assert.deepEqual(await application.erasePerson({ accountId: 'nobody' }), nobody);
    const none = { accounts: [], requests: [], isComplete: true };
    assert.deepEqual(await application.exportPerson({ accountId: 'nobody' }), none);
  });
}

test('[OQ-96] person erase and export work beside the running server', async (t) => {
  const { app, otp } = await startWithCode(t, {});
  const cwd = temporaryDirectory(t);
  const person = (...args: readonly string[]) =>
    runHere(['person', ...args, '--set', `dataDirectory=${app.dataDirectory}`], { cwd });
  const exported = await person('export', '--account-phone-number', activeNumber(1));
  assert.deepEqual([exported.code, exported.stderr], [0, '']);
  assert.equal(JSON.parse(exported.stdout).requests[0].requestId, 'send-1');

  for (const args of [
    ['erase'],
    ['erase', '--account-id', 'acc-1'],
    ['erase', '--account-id', 'acc-1', '--account-phone-number', activeNumber(1), '--yes'],
    ['erase', '--account-phone-number', '0123', '--yes'],
    ['export', '--account-id', ''],
  ])
    assert.equal((await person(...args)).code, 2, args.join(' '));
  const erased = await person('erase', '--account-id', 'acc-1', '--yes');
  assert.equal(erased.code, 0);
  assert.match(erased.stdout, /^Erased. Live codes that were ended: 1\.\nUntil \S+Z .* 1 request\(s\)/);
  const none = await person('erase', '--account-id', 'nobody', '--yes');
  assert.equal(none.stdout, 'The store holds nothing of this person.\n');
  const typed = await app.call('verifyOtp', 'verify-1', { sendOtpRequestId: 'send-1', otp });
  assert.equal(typed.body['result'], 'OTP_NOT_MATCHED');
  assert.equal((await fetch(`${app.operatorUrl}/health/ready`)).status, 200);
});
