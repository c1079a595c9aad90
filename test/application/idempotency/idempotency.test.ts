import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OtpStore } from '../../../src/ports/otp-store.ts';
import { UnavailableError } from '../../../src/ports/unavailable.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { startApplication } from '../../support/test-application.ts';

const FIELDS = { accountPhoneNumber: activeNumber(1), smsMatchingToken: 'AB12345678C' };

describe('the worked scenarios of the protocol’s §9', () => {
  it('[IDEM-2, HDR-11] 1: connectivity lost: the same reply, only its timestamp new; the effect once', async () => {
    const app = await startApplication();
    const first = await app.call('sendOtp', 'ABC123', FIELDS);
    const again = await app.call('sendOtp', 'ABC123', FIELDS, { requestTimestamp: String(Date.now() + 5) });
    assert.deepEqual({ ...again.body, responseHeader: 0 }, { ...first.body, responseHeader: 0 });
    assert.equal(app.application.inbox?.texts(10).length, 1);
    await app.stop();
  });

  it('[IDEM-3, IDEM-4] 2: maintenance: 503 however often, then 200', async () => {
    const app = await startApplication();
    const real = app.application.store;
    let down = false;
    const store = new Proxy<OtpStore>(real, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return down && name !== 'close'
          ? () => Promise.reject(new UnavailableError('the database is down'))
          : member.bind(target);
      },
    });
    const maintained = await startApplication({ overrides: { store } });
    down = true;
    for (let tries = 0; tries < 5; tries += 1) {
      const { status, body } = await maintained.call('sendOtp', 'ABC124', FIELDS);
      assert.equal(status, 503);
      assert.deepEqual(Object.keys(body).sort(), ['paymentIntegratorErrorIdentifier', 'responseHeader']);
    }
    assert.equal((await fetch(`${maintained.operatorUrl}/health/ready`)).status, 503);
    down = false;
    assert.equal((await maintained.call('sendOtp', 'ABC124', FIELDS)).body['result'], 'SUCCESS');
    assert.equal((await fetch(`${maintained.operatorUrl}/health/ready`)).status, 200);
    await maintained.stop();
    await app.stop();
  });

  it('[IDEM-6] 3: Google’s error: other parameters are 412, and nothing is processed', async () => {
    const app = await startApplication();
    await app.call('sendOtp', 'ABC123', FIELDS);
    const changed = await app.call('sendOtp', 'ABC123', { ...FIELDS, accountPhoneNumber: activeNumber(2) });
    assert.deepEqual([changed.status, changed.body['errorResponseCode']], [412, 'IDEMPOTENCY_VIOLATION']);
    assert.equal(app.application.inbox?.texts(10).length, 1);
    await app.stop();
  });

  it('[IDEM-3, ERR-6] 4: an earlier 400: re-evaluated on its merits', async () => {
    const app = await startApplication();
    const early = { requestTimestamp: String(Date.now() - 120_000) };
    assert.equal((await app.call('sendOtp', 'ABC125', FIELDS, early)).status, 400);
    assert.equal((await app.call('sendOtp', 'ABC125', FIELDS, early)).status, 400);
    assert.equal((await app.call('sendOtp', 'ABC125', FIELDS)).body['result'], 'SUCCESS');
    await app.stop();
  });

  it('[IDEM-2] 5: a decline stays one, though its cause is gone', async () => {
    const app = await startApplication({ settings: { 'quotas.coolDownMs': 1000 } });
    await app.call('sendOtp', 'first', FIELDS);
    const declined = await app.call('sendOtp', 'second', FIELDS);
    assert.equal(declined.body['result'], 'OTP_LIMIT_REACHED');
    await app.stop();

    const relaxed = await startApplication({ settings: { 'quotas.coolDownMs': 0 } });
    await relaxed.call('sendOtp', 'first', { ...FIELDS, accountPhoneNumber: '+15550199999' });
    const again = await relaxed.call('sendOtp', 'first', { ...FIELDS, accountPhoneNumber: '+15550199999' });
    assert.equal(again.body['result'], 'UNKNOWN_PHONE_NUMBER');
    await relaxed.stop();
  });
});
