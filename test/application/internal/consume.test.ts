import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activeNumber } from '../../support/test-accounts.ts';
import { codeIn } from '../../support/test-application.ts';
import { type InternalUnderTest, startInternal, TOKEN_OF_ALL, tokenOf } from './internal-under-test.ts';

const smsMatchingToken = 'AB12345678C';
const type = ({ body }: { readonly body: Readonly<Record<string, unknown>> }) =>
  String(body['type']).replace('urn:problem-type:gsp-otp:', '');
const pointers = ({ body }: { readonly body: Readonly<Record<string, unknown>> }) =>
  (body['errors'] as readonly { readonly pointer: string }[]).map(({ pointer }) => pointer);

const callsOf = ({ app, ask }: InternalUnderTest) => ({
  async send(requestId: string, index: number, more: object = {}): Promise<string> {
    const fields = { accountPhoneNumber: activeNumber(index), smsMatchingToken, ...more };
    const { body } = await app.call('sendOtp', requestId, fields);
    assert.equal(body['result'], 'SUCCESS');
    return codeIn(app.application.inbox?.texts(1)[0]?.text.reveal() ?? '');
  },
  sendBy: async (requestId: string, associationId: string) =>
    (await app.call('sendOtp', requestId, { associationId, smsMatchingToken })).body,
  verify: async (sendOtpRequestId: string, otp: string) =>
    (await app.call('verifyOtp', `v-${sendOtpRequestId}`, { sendOtpRequestId, otp })).body['result'],
  consume: (
    key: string | undefined,
    sendOtpRequestId: string,
    otp: string,
    more: object = {},
    token = TOKEN_OF_ALL,
  ) =>
    ask('POST', '/internal/v1/otp-consumptions', {
      token,
      headers: key === undefined ? {} : { 'idempotency-key': key },
      body: { purpose: 'associateAccount', otpVerification: { sendOtpRequestId, otp }, ...more },
    }),
  associate: (key: string, accountId: string, associationId: string) =>
    ask('POST', '/internal/v1/associations', {
      token: tokenOf('associate'),
      headers: { 'idempotency-key': key },
      body: { accountId, associationId },
    }),
  remove: (associationId: string) =>
    ask('POST', '/internal/v1/association-removals', {
      token: tokenOf('associate'),
      body: { associationId },
    }),
});

const other = (otp: string) => (otp === '000000' ? '000001' : '000000');

test('[OV-3] a code is used up once, by verifyOtp or a consumption, and wrong ones count together', async (t) => {
  const api = await startInternal(t);
  const { send, consume, verify } = callsOf(api);
  const otp = await send('s-1', 1);
  assert.equal((await consume('a-1', 's-1', other(otp))).body['result'], 'OTP_NOT_MATCHED');
  const done = await consume('a-2', 's-1', otp);
  assert.deepEqual([done.status, done.body['result'], done.body['accountId']], [200, 'SUCCESS', 'acc-1']);
  assert.equal((await consume('a-3', 's-1', otp)).body['result'], 'OTP_ALREADY_USED');
  assert.equal(await verify('s-1', otp), 'OTP_ALREADY_USED');

  const exhausted = await send('s-2', 2);
  const wrong = other(exhausted);
  for (const key of ['b-1', 'b-2', 'b-3', 'b-4']) await consume(key, 's-2', wrong);
  assert.equal(await verify('s-2', wrong), 'OTP_NOT_MATCHED');
  assert.notEqual((await consume('b-6', 's-2', exhausted)).body['result'], 'SUCCESS');
});

test('the key tells a repetition from another call, and says what it must be', async (t) => {
  const api = await startInternal(t);
  const { send, consume } = callsOf(api);
  const otp = await send('s-1', 1);
  const first = await consume('a:1-b_c', 's-1', otp);
  assert.equal(first.body['result'], 'SUCCESS');
  assert.deepEqual((await consume('a:1-b_c', 's-1', otp)).body, first.body);
  assert.deepEqual((await consume('"a:1-b_c"', 's-1', otp)).body, first.body, 'quoted, as the draft has it');
  const reused = await consume('a:1-b_c', 's-1', other(otp));
  assert.deepEqual([reused.status, type(reused)], [422, 'idempotency-key-reused']);
  const missing = await consume(undefined, 's-1', otp);
  assert.deepEqual([missing.status, type(missing)], [400, 'idempotency-key-missing']);
  for (const key of ['a b', 'a,b', 'x'.repeat(101), '""']) {
    const odd = await consume(key, 's-1', otp);
    assert.deepEqual([odd.status, type(odd)], [400, 'invalid-request'], key);
  }
});

test('[IDEM-9] a capture is identified with its account of the payment integrator, and no other call is', async (t) => {
  const api = await startInternal(t);
  const { send, consume } = callsOf(api);
  const otp = await send('s-1', 1);
  const without = await consume('c-1', 's-1', otp, { purpose: 'capture' });
  assert.deepEqual([without.status, pointers(without)], [400, ['#/paymentIntegratorAccountId']]);
  const beside = await consume('c-1', 's-1', otp, { paymentIntegratorAccountId: 'Bank_USD' });
  assert.deepEqual([beside.status, pointers(beside)], [400, ['#/paymentIntegratorAccountId']]);
  const capture = { purpose: 'capture', paymentIntegratorAccountId: 'Bank_USD' };
  assert.equal((await consume('c-1', 's-1', otp, capture)).body['result'], 'SUCCESS');
  const elsewhere = { ...capture, paymentIntegratorAccountId: 'Bank_EUR' };
  assert.equal((await consume('c-1', 's-1', otp, elsewhere)).body['result'], 'OTP_ALREADY_USED');
});

test('a code of a sendOtp that never was is 404, and a wrong member is named', async (t) => {
  const api = await startInternal(t);
  const { send, consume } = callsOf(api);
  const unknown = await consume('a-1', 'nothing', '123456');
  assert.deepEqual(
    [unknown.status, type(unknown), pointers(unknown)],
    [404, 'unknown-request', ['#/otpVerification/sendOtpRequestId']],
  );
  const otp = await send('s-1', 1);
  for (const [more, pointer] of [
    [{ purpose: 'association' }, '#/purpose'],
    [{ otpVerification: { otp } }, '#/otpVerification/sendOtpRequestId'],
    [{ otpVerification: { sendOtpRequestId: 's-1', otp: Number(otp) } }, '#/otpVerification/otp'],
    [{ otpVerification: null }, '#/otpVerification'],
    [{ expect: { context: 'capture' } }, '#/expect/context'],
    [{ expect: [] }, '#/expect'],
    [{ associate: {} }, '#/associate/associationId'],
    [{ associate: { associationId: ' assoc' } }, '#/associate/associationId'],
    [{ purpose: 'createMandate', associate: { associationId: 'a' } }, undefined],
  ] as const) {
    const told = await consume('a-2', 's-1', otp, more);
    assert.deepEqual([told.status, type(told)], [400, 'invalid-request'], JSON.stringify(more));
    if (pointer) assert.deepEqual(pointers(told), [pointer], JSON.stringify(told.body));
  }
  assert.equal((await consume('a-2', 's-1', otp)).body['result'], 'SUCCESS', 'none of that was recorded');
});

test('a consumption that associates needs both scopes, and a sendOtp finds the account afterwards', async (t) => {
  const api = await startInternal(t);
  const { send, sendBy, consume, remove } = callsOf(api);
  const otp = await send('s-1', 1, { otpContext: { association: {} } });
  const associate = { associate: { associationId: 'assoc-new' } };
  const denied = await consume('a-1', 's-1', otp, associate, tokenOf('consume'));
  assert.deepEqual([denied.status, type(denied)], [403, 'forbidden']);
  assert.equal((await sendBy('s-2', 'assoc-new'))['errorResponseCode'], 'INVALID_IDENTIFIER');
  assert.equal((await consume('a-1', 's-1', otp, associate)).body['result'], 'SUCCESS');
  assert.equal((await sendBy('s-3', 'assoc-new'))['result'], 'SUCCESS');
  const second = await send('s-4', 2);
  const taken = await consume('a-2', 's-4', second, associate);
  assert.deepEqual([taken.status, type(taken)], [409, 'association-taken']);
  assert.equal((await consume('a-3', 's-4', second)).body['result'], 'SUCCESS', 'the code was not used');
  assert.equal((await remove('assoc-new')).status, 200);
  assert.equal((await sendBy('s-5', 'assoc-new'))['errorResponseCode'], 'INVALID_IDENTIFIER');
});

test('[FLOW-4] associations are added and removed, and an id that was seen in another attempt is taken', async (t) => {
  const api = await startInternal(t);
  const { sendBy, associate, remove } = callsOf(api);
  const added = await associate('a-1', 'acc-1', 'assoc-new');
  assert.deepEqual([added.status, added.body], [200, { accountId: 'acc-1' }]);
  assert.equal((await associate('a-1', 'acc-1', 'assoc-new')).status, 200, 'the same attempt');
  for (const [key, accountId] of [
    ['a-2', 'acc-1'],
    ['a-1', 'acc-2'],
    ['a-2', 'acc-2'],
  ] as const) {
    const taken = await associate(key, accountId, 'assoc-new');
    assert.deepEqual([taken.status, type(taken)], [409, 'association-taken'], `${key} ${accountId}`);
  }
  const nobody = await associate('a-3', 'acc-nobody', 'assoc-other');
  assert.deepEqual(
    [nobody.status, type(nobody), pointers(nobody)],
    [404, 'unknown-account', ['#/accountId']],
  );
  assert.equal((await sendBy('s-1', 'assoc-new'))['result'], 'SUCCESS');
  for (const _ of [1, 2]) assert.deepEqual((await remove('assoc-new')).body, {});
  assert.equal((await sendBy('s-2', 'assoc-new'))['errorResponseCode'], 'INVALID_IDENTIFIER');
  const unknown = await remove('assoc-of-nobody');
  assert.deepEqual([unknown.status, type(unknown)], [404, 'unknown-association']);
});
