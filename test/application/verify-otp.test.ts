import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { activeNumber } from '../support/test-accounts.ts';
import { codeIn, startApplication, type TestApplication } from '../support/test-application.ts';
import { TestClock } from '../support/test-clock.ts';

describe('verifyOtp: every result', () => {
  const clock = new TestClock();
  let app: TestApplication;
  let requests = 0;

  before(async () => {
    app = await startApplication({ overrides: { clock }, settings: { 'quotas.coolDownMs': 0 } });
  });
  after(() => app.stop());

  const header = () => ({ requestTimestamp: String(clock.nowMs()) });

  /** Sends to that account, and yields the code that arrived. */
  async function send(requestId: string, account: number): Promise<string> {
    const number = activeNumber(account);
    const fields = { accountPhoneNumber: number, smsMatchingToken: 'AB12345678C' };
    const { body } = await app.call('sendOtp', requestId, fields, header());
    assert.equal(body['result'], 'SUCCESS');
    return codeIn(app.application.inbox?.texts(1, number)[0]?.text.reveal() ?? '');
  }

  async function verify(sendOtpRequestId: string, otp: string, requestId = `verify-${requests++}`) {
    const { status, body } = await app.call('verifyOtp', requestId, { sendOtpRequestId, otp }, header());
    return status === 200 ? body['result'] : body['errorResponseCode'];
  }

  const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

  it('[VO-1, VO-2] a wrong code, the right one, the right one again, a wrong one after it', async () => {
    const code = await send('once', 1);
    assert.equal(await verify('once', wrong(code)), 'OTP_NOT_MATCHED');
    assert.equal(await verify('once', code), 'SUCCESS');
    assert.equal(await verify('once', code), 'OTP_ALREADY_USED');
    assert.equal(await verify('once', wrong(code)), 'OTP_NOT_MATCHED');
  });

  it('[VO-3] a retried verification answers SUCCESS again', async () => {
    const code = await send('retried', 2);
    assert.equal(await verify('retried', code, 'verify-retried'), 'SUCCESS');
    assert.equal(await verify('retried', code, 'verify-retried'), 'SUCCESS');
    assert.equal(await verify('retried', wrong(code), 'verify-retried'), 'IDEMPOTENCY_VIOLATION');
  });

  it('[VO-6, IDEM-9] verifyOtp may come with the very request id of its sendOtp', async () => {
    const code = await send('same-id', 3);
    assert.equal(await verify('same-id', code, 'same-id'), 'SUCCESS');
  });

  it('[VO-5, ERR-5] an unknown sendOtpRequestId is 404, and the description says which kind of id', async () => {
    const fields = { sendOtpRequestId: 'never-sent', otp: '123456' };
    const { status, body } = await app.call('verifyOtp', 'unknown', fields, header());
    assert.equal(status, 404);
    assert.equal(body['errorResponseCode'], 'INVALID_IDENTIFIER');
    assert.equal(body['errorDescription'], 'unknown sendOtpRequestId');
    await send('never-sent', 4);
    assert.equal(await verify('never-sent', '12345', 'unknown'), 'OTP_NOT_MATCHED', 'and is judged anew'); // [IDEM-3]
  });

  it('[OQ-5] a sendOtp that was declined has no code that could match', async () => {
    const fields = { accountPhoneNumber: '+15550199999', smsMatchingToken: 'AB12345678C' };
    await app.call('sendOtp', 'declined', fields, header());
    assert.equal(await verify('declined', '123456'), 'OTP_NOT_MATCHED');
  });

  it('[OQ-14] only the newest code of an account verifies, by whichever identifier it was asked for', async () => {
    const first = await send('older', 5);
    const fields = { associationId: 'assoc-5', smsMatchingToken: 'AB12345678D' };
    await app.call('sendOtp', 'newer', fields, header());
    const second = codeIn(app.application.inbox?.texts(1, activeNumber(5))[0]?.text.reveal() ?? '');
    assert.equal(await verify('older', first), 'OTP_NOT_MATCHED');
    assert.equal(await verify('newer', second), 'SUCCESS');
  });

  it('[OQ-5] an expired code does not match', async () => {
    const code = await send('expired', 6);
    clock.pass(600_000);
    assert.equal(await verify('expired', code), 'OTP_NOT_MATCHED');
  });

  it('[OQ-5] the right code after five wrong ones does not match', async () => {
    const code = await send('exhausted', 7);
    for (let guess = 0; guess < 5; guess += 1) await verify('exhausted', wrong(code));
    assert.equal(await verify('exhausted', code), 'OTP_NOT_MATCHED');
  });

  it('[VO-8] leading zeros matter, and letters and signs make a wrong code', async () => {
    const code = await send('zeros', 8);
    for (const typed of [`0${code}`, code.slice(1), `+${code}`, `${' '.repeat(60)}${code}`]) {
      assert.equal(await verify('zeros', typed), 'OTP_NOT_MATCHED', JSON.stringify(typed));
    }
    assert.equal(await verify('zeros', code), 'SUCCESS');
  });

  it('[OQ-84] a code is read as people type and paste it, and the request stays what it was', async () => {
    const code = await send('typed', 10);
    const arabic = Array.from(code, (digit) => String.fromCodePoint(0x660 + Number(digit))).join('');
    const fields = { sendOtpRequestId: 'typed', otp: `\u200E ${arabic.slice(0, 3)}-${arabic.slice(3)}\n` };
    const ask = (otp: string) => app.call('verifyOtp', 'typed-1', { ...fields, otp }, header());
    assert.equal((await ask(fields.otp)).body['result'], 'SUCCESS');
    assert.equal((await ask(fields.otp)).body['result'], 'SUCCESS');
    assert.equal((await ask(code)).status, 412);
    assert.equal(await verify('typed', ` ${code} `), 'OTP_ALREADY_USED');
  });

  it('each answer has an id of its own, and a retry the same one', async () => {
    const code = await send('ids', 9);
    const ask = (requestId: string) =>
      app.call('verifyOtp', requestId, { sendOtpRequestId: 'ids', otp: wrong(code) }, header());
    const [one, again, other] = [await ask('ids-1'), await ask('ids-1'), await ask('ids-2')];
    const idOf = ({ body }: typeof one) => body['paymentIntegratorVerifyOtpId'];
    assert.match(String(idOf(one)), /^[\w-]{16}$/);
    assert.equal(idOf(again), idOf(one));
    assert.notEqual(idOf(other), idOf(one));
  });
});
