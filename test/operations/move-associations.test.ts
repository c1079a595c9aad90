import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InboxGateway } from '../../src/adapters/gateways/inbox/gateway.ts';
import { createSystemClock } from '../../src/adapters/system/system-clock.ts';
import { moveStore } from '../../src/operations/move-store.ts';
import { Secret } from '../../src/ports/secret.ts';
import { loadConfig } from '../../src/settings/load.ts';
import { storeSettings } from '../support/postgres/connection.ts';
import { testSchema } from '../support/postgres/schema.ts';
import { activeNumber } from '../support/test-accounts.ts';
import { codeIn, startApplication, TEST_SETTINGS } from '../support/test-application.ts';

const token = { smsMatchingToken: 'AB12345678C' };

test('[FLOW-2] what was consumed, associated and dissociated is known where the store moves to', async (t) => {
  const gateway = new InboxGateway(createSystemClock());
  const source = await startApplication({ overrides: { gateway } });
  t.after(() => source.stop());
  const { dataDirectory } = source;
  const otpContext = { associationWithMandateCreation: {} };
  const fields = { accountPhoneNumber: activeNumber(5), otpContext, ...token };
  assert.equal((await source.call('sendOtp', 'send-5', fields)).body['result'], 'SUCCESS');
  const otp = new Secret(codeIn(gateway.texts(1)[0]?.text.reveal() ?? ''));
  const otpVerification = { sendOtpRequestId: 'send-5', otp };
  const associate = { associationId: 'as-5' };
  const order = {
    purpose: 'associateAccount',
    requestId: 'associate-5',
    otpVerification,
    associate,
  } as const;
  const associated = await source.application.consumeOtp(order);
  assert.partialDeepStrictEqual(associated, { result: 'SUCCESS', accountId: 'acc-5' });
  assert.equal(await source.application.dissociate('assoc-6'), 'dissociated');

  const settings = storeSettings(await testSchema());
  const configOf = (more: object) =>
    loadConfig({ env: {}, overrides: { ...TEST_SETTINGS, dataDirectory, ...more } });
  await moveStore(configOf({}), configOf(settings), { onProgress() {} });
  const target = await startApplication({ dataDirectory, settings, overrides: { gateway } });
  t.after(() => target.stop());
  const { application } = target;
  assert.deepEqual(await application.consumeOtp(order), { ...associated, isReplay: true });
  const mandate = { purpose: 'createMandate', requestId: 'mandate-5', otpVerification } as const;
  assert.partialDeepStrictEqual(await application.consumeOtp(mandate), { result: 'SUCCESS' });
  const again = { requestId: 'another', accountId: 'acc-5', associationId: 'as-5' };
  assert.equal(await application.associate(again), 'taken');
  const statusOf = async (associationId: string) =>
    (await target.call('sendOtp', `by-${associationId}`, { associationId, ...token })).status;
  assert.deepEqual([await statusOf('as-5'), await statusOf('assoc-6')], [200, 404]);
});
