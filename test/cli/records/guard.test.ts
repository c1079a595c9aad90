import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runHere } from '../../support/cli-here.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { codeIn, startApplication } from '../../support/test-application.ts';

test('guard: where the money guard would send nothing, while it observes; explain tells it too', async (t) => {
  const app = await startApplication({ settings: { 'moneyGuard.prefixFloor': 2, 'quotas.coolDownMs': 0 } });
  t.after(() => app.stop());
  for (const index of [1, 2, 3]) {
    const fields = { accountPhoneNumber: activeNumber(index), smsMatchingToken: 'AB12345678C' };
    assert.equal((await app.call('sendOtp', `send-${index}`, fields)).body['result'], 'SUCCESS');
  }
  const cwd = temporaryDirectory(t);
  const set = ['--set', `dataDirectory=${app.dataDirectory}`];
  const shown = await runHere(['guard', ...set], { cwd });
  assert.equal(shown.code, 0);
  assert.match(shown.stdout, /^prefix:\+\d+ +since \S+Z +until \S+Z +2 unverified, 0 verified\n$/);
  const json = await runHere(['guard', '--json', ...set], { cwd });
  assert.equal((JSON.parse(json.stdout) as unknown[]).length, 1);
  const told = await runHere(['explain', 'send-3', ...set], { cwd });
  assert.match(told.stdout, /guardWouldRefuse, the money guard only observes.*\(unverifiedPerPrefix prefix:/);
});

test('explain: how long a text took to the phone', async (t) => {
  const app = await startApplication();
  t.after(() => app.stop());
  const fields = { accountPhoneNumber: activeNumber(1), smsMatchingToken: 'AB12345678C' };
  await app.call('sendOtp', 'send-1', fields);
  const cwd = temporaryDirectory(t);
  const told = await runHere(['explain', 'send-1', '--set', `dataDirectory=${app.dataDirectory}`], { cwd });
  assert.match(told.stdout, /^ {2}text to IN by inbox, no receipt$/m);
});

test('[OQ-40] an enforced guard answers MESSAGE_UNABLE_TO_BE_SENT', async (t) => {
  const settings = { 'moneyGuard.prefixFloor': 1, 'moneyGuard.mode': 'enforce', 'quotas.coolDownMs': 0 };
  const app = await startApplication({ settings });
  t.after(() => app.stop());
  const send = (requestId: string, index: number) =>
    app.call('sendOtp', requestId, {
      accountPhoneNumber: activeNumber(index),
      smsMatchingToken: 'AB12345678C',
    });
  assert.equal((await send('send-1', 1)).body['result'], 'SUCCESS');
  assert.equal((await send('send-2', 2)).body['result'], 'MESSAGE_UNABLE_TO_BE_SENT');
  const [history] = await app.application.store.history('send-2');
  assert.equal(history?.reason, 'unverifiedPerPrefix');
  assert.equal(app.application.inbox?.texts(10).length, 1);
  const page = await (await fetch(`${app.operatorUrl}/metrics`)).text();
  assert.match(page, /^gsp_otp_money_guard_total\{reason="unverifiedPerPrefix",mode="enforce"\} 1$/m);
  const cwd = temporaryDirectory(t);
  const none = await runHere(['guard', '--set', `dataDirectory=${cwd}/none`], { cwd });
  assert.equal(none.code, 1);
});

test('a text that only an exemption lets go is counted, and explain tells why', async (t) => {
  const settings = { 'moneyGuard.prefixFloor': 1, 'moneyGuard.mode': 'enforce', 'quotas.coolDownMs': 0 };
  const app = await startApplication({
    settings: { ...settings, 'moneyGuard.unverifiedPerVerified': 1 },
  });
  t.after(() => app.stop());
  const send = (requestId: string, index: number) =>
    app.call('sendOtp', requestId, {
      accountPhoneNumber: activeNumber(index),
      smsMatchingToken: 'AB12345678C',
    });
  await send('send-1', 1);
  const [text] = app.application.inbox?.texts(1) ?? [];
  const otp = codeIn(text?.text.reveal() ?? '');
  assert.equal((await app.call('verifyOtp', 'verify-1', { sendOtpRequestId: 'send-1', otp })).status, 200);
  for (const [requestId, index, result] of [
    ['send-2', 2, 'SUCCESS'],
    ['send-3', 3, 'MESSAGE_UNABLE_TO_BE_SENT'],
    ['send-4', 1, 'SUCCESS'],
  ] as const) {
    assert.equal((await send(requestId, index)).body['result'], result, requestId);
  }
  const page = await (await fetch(`${app.operatorUrl}/metrics`)).text();
  assert.match(page, /^gsp_otp_money_guard_total\{reason="unverifiedPerPrefix",mode="exempt"\} 1$/m);
  const cwd = temporaryDirectory(t);
  const told = await runHere(['explain', 'send-4', '--set', `dataDirectory=${app.dataDirectory}`], { cwd });
  assert.match(told.stdout, /guardExempt, the number verified a code before.*\(unverifiedPerPrefix prefix:/);
});

test('[OQ-95] guard closed tells that closed accounts are withheld, and confirm-closed ends it beside the running server', async (t) => {
  const guarded = { mode: 'enforce', seenMin: 1, closedMin: 1, share: 0.01 };
  const settings = Object.fromEntries(Object.entries(guarded).map(([name, v]) => [`closedGuard.${name}`, v]));
  const app = await startApplication({ settings });
  t.after(() => app.stop());
  const send = () =>
    app.call('sendOtp', 'send-1', { associationId: 'assoc-closed', smsMatchingToken: 'AB12345678C' });
  const cwd = temporaryDirectory(t);
  const guard = (...args: readonly string[]) =>
    runHere(['guard', ...args, '--set', `dataDirectory=${app.dataDirectory}`], { cwd });

  const before = await guard('closed');
  assert.deepEqual([before.code, before.stdout], [0, 'No closed account was ever withheld.\n']);
  assert.equal((await send()).status, 503);
  const withheld = await guard('closed');
  assert.equal(withheld.code, 1);
  assert.match(
    withheld.stdout,
    /^Closed accounts are withheld since \S+Z: .* of 1 of 1 accounts within a day/,
  );

  for (const args of [[], ['--days', '31', '--yes'], ['--days', '0', '--yes'], ['--days', 'x', '--yes']])
    assert.equal((await guard('confirm-closed', ...args)).code, 2, args.join(' '));
  assert.equal((await send()).status, 503);
  const confirmed = await guard('confirm-closed', '--days', '2', '--yes');
  assert.deepEqual([confirmed.code, confirmed.stderr], [0, '']);
  assert.match(confirmed.stdout, /^Closed accounts are confirmed until \S+Z\.\n$/);
  assert.equal((await send()).body['result'], 'ACCOUNT_CLOSED');
  const json = await guard('closed', '--json');
  assert.equal((JSON.parse(json.stdout) as { kind: string }).kind, 'confirmed');
  // The server goes on: what was written beside it is no damage.
  assert.equal((await fetch(`${app.operatorUrl}/health/ready`)).status, 200);
});
