import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { activeAssociation, activeNumber } from '../../support/test-accounts.ts';
import { type Fields, startApplication, type TestApplication } from '../../support/test-application.ts';

/** Row 4 of the proofs: the same request id with other content is refused, whichever field differs. */
describe('the same request id with other parameters', () => {
  let app: TestApplication;
  before(async () => {
    app = await startApplication({ settings: { 'quotas.coolDownMs': 0 } });
  });
  after(() => app.stop());

  const sendOtp: Fields = {
    accountPhoneNumber: activeNumber(1),
    associationId: activeAssociation(1),
    smsMatchingToken: 'AB12345678C',
    otpContext: { association: {} },
  };
  const changes: readonly (readonly [string, string, Fields, Fields])[] = [
    ['sendOtp', 'another number', sendOtp, { accountPhoneNumber: activeNumber(2) }],
    ['sendOtp', 'no number', sendOtp, { accountPhoneNumber: undefined }],
    ['sendOtp', 'another association', sendOtp, { associationId: activeAssociation(2) }],
    ['sendOtp', 'no association', sendOtp, { associationId: undefined }],
    ['sendOtp', 'another token', sendOtp, { smsMatchingToken: 'AB12345678D' }],
    ['sendOtp', 'another context', sendOtp, { otpContext: { mandateCreation: {} } }],
    ['sendOtp', 'no context', sendOtp, { otpContext: undefined }],
    ['sendOtp', 'a member inside the context', sendOtp, { otpContext: { association: { more: 1 } } }],
    ['sendOtp', 'an unknown member', sendOtp, { unheardOf: true }],
    ['verifyOtp', 'another code', { sendOtpRequestId: 'base', otp: '000000' }, { otp: '000001' }],
    ['verifyOtp', 'a code with a leading zero', { sendOtpRequestId: 'base', otp: '1' }, { otp: '01' }],
    ['verifyOtp', 'another sendOtp', { sendOtpRequestId: 'base', otp: '1' }, { sendOtpRequestId: 'base2' }],
    ['echo', 'another message', { clientMessage: 'a' }, { clientMessage: 'b' }],
    ['echo', 'a message in another normal form', { clientMessage: 'é' }, { clientMessage: 'e\u0301' }],
  ];

  before(async () => {
    for (const requestId of ['base', 'base2']) {
      await app.call('sendOtp', requestId, {
        accountPhoneNumber: activeNumber(3),
        smsMatchingToken: 'AB12345678C',
      });
    }
  });

  for (const [index, [method, what, fields, change]] of changes.entries()) {
    it(`[IDEM-6] ${method} with ${what} is 412, and nothing is done`, async () => {
      const requestId = `changed-${index}`;
      const first = await app.call(method, requestId, fields);
      assert.equal(first.status, 200, JSON.stringify(first.body));
      const textsBefore = app.application.inbox?.texts(1000).length;

      const changed = await app.call(method, requestId, { ...fields, ...change });
      assert.equal(changed.status, 412);
      assert.equal(changed.body['errorResponseCode'], 'IDEMPOTENCY_VIOLATION');
      assert.equal(app.application.inbox?.texts(1000).length, textsBefore);

      const again = await app.call(method, requestId, fields);
      assert.equal(again.status, 200, 'the stored result stays untouched');
      assert.deepEqual({ ...again.body, responseHeader: 0 }, { ...first.body, responseHeader: 0 });
    });
  }

  it('[HDR-5, OQ-17] timestamp, minor, revision, locale and the order of members may change', async () => {
    const first = await app.call('sendOtp', 'same', sendOtp);
    const reordered = Object.fromEntries(Object.entries(sendOtp).reverse());
    const header = {
      requestTimestamp: String(Date.now() - 30_000),
      protocolVersion: { major: 1, minor: 7, revision: 9 },
      userLocale: 'pt-BR',
    };
    const again = await app.call('sendOtp', 'same', reordered, header);
    assert.deepEqual({ ...again.body, responseHeader: 0 }, { ...first.body, responseHeader: 0 });
  });

  it('[IDEM-7] an error binds no parameters', async () => {
    const unknown = await app.call('sendOtp', 'after-error', {
      associationId: 'nobody',
      smsMatchingToken: 'AB12345678C',
    });
    assert.equal(unknown.status, 404);
    const changed = await app.call('sendOtp', 'after-error', {
      accountPhoneNumber: activeNumber(5),
      smsMatchingToken: 'AB12345678C',
    });
    assert.equal(changed.body['result'], 'SUCCESS');
  });
});
