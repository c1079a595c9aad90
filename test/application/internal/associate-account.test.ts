import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { test } from 'node:test';
import { createInternalClient } from '../../../src/http/internal/client.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { importTestAccounts } from '../../support/test-accounts.ts';
import { codeIn, startApplication } from '../../support/test-application.ts';

/** What a program that installed the package finds by this name. */
const client = new URL('../../../src/http/internal/client.ts', import.meta.url).href;
const hooks = registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === 'gsp-otp/internal-client' ? client : specifier, context),
});
const { associateAccount } = await import('../../../examples/associate-account/associate-account.ts');
hooks.deregister();

const smsMatchingToken = 'AB12345678C';

test("the example of a bank's handler associates an account by the code that came with the call, and a sendOtp finds it", async (t) => {
  const dataDirectory = temporaryDirectory(t);
  await importTestAccounts(dataDirectory, 'accountId,phoneNumber,status\nwallet-1001,+12025550101,active');
  const settings = { 'internal.port': 0, 'quotas.coolDownMs': 0 };
  const app = await startApplication({ dataDirectory, settings });
  t.after(() => app.stop());
  const otp = createInternalClient({ url: app.internalUrl ?? '' });
  const send = async (requestId: string, fields: object) =>
    (await app.call('sendOtp', requestId, { smsMatchingToken, ...fields })).body['result'];
  const codeOfText = () => codeIn(app.application.inbox?.texts(1)[0]?.text.reveal() ?? '');
  const associate = (
    requestId: string,
    code: string,
    associationId = 'assoc-of-google',
    sendOtpRequestId = 's-1',
  ) =>
    associateAccount(otp, {
      requestHeader: { requestId },
      associationId,
      otpVerification: { sendOtpRequestId, otp: code },
    });
  const accountPhoneNumber = '+12025550101';
  assert.equal(await send('s-0', { associationId: 'assoc-of-google' }), undefined);
  assert.equal(await send('s-1', { accountPhoneNumber, otpContext: { association: {} } }), 'SUCCESS');
  const code = codeOfText();
  const wrong = code === '000000' ? '000001' : '000000';

  const [status, refused] = await associate('a-0', wrong);
  assert.deepEqual([status, 'result' in refused && refused.result], [200, 'OTP_NOT_MATCHED']);
  assert.equal(await send('s-2', { associationId: 'assoc-of-google' }), undefined, 'nothing was associated');

  const [done, answer] = await associate('a-1', code);
  const {
    responseHeader: _,
    paymentIntegratorAssociateAccountId: id,
    ...told
  } = answer as Record<string, unknown>;
  assert.deepEqual(
    [done, told],
    [200, { accountId: '…1001', accountNickname: 'Everyday wallet', result: 'SUCCESS' }],
  );
  assert.equal(await send('s-3', { associationId: 'assoc-of-google' }), 'SUCCESS');

  const [, again] = await associate('a-1', code);
  assert.equal((again as Record<string, unknown>)['paymentIntegratorAssociateAccountId'], id);
  assert.deepEqual((await associate('a-1', wrong)).slice(0, 1), [412]);
  const [, used] = await associate('a-2', code, 'assoc-other');
  assert.equal((used as Record<string, unknown>)['result'], 'OTP_ALREADY_USED');
  assert.deepEqual((await associate('a-3', code, 'assoc-other', 'nothing'))[0], 404);
  assert.equal(await send('s-4', { accountPhoneNumber, otpContext: { association: {} } }), 'SUCCESS');
  const [taken, problem] = await associate('a-4', codeOfText(), 'assoc-of-google', 's-4');
  assert.deepEqual(
    [taken, 'errorResponseCode' in problem && problem.errorResponseCode],
    [400, 'PRECONDITION_VIOLATION'],
  );
});
