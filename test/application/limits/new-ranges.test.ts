import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SmsGateway } from '../../../src/ports/sms-gateway.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { importTestAccounts } from '../../support/test-accounts.ts';
import { startApplication } from '../../support/test-application.ts';

test('[OQ-83] limits and permissions of a country hold for its ranges that no plan has yet', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  const numbers = ['+14362345678', '+16212345678', '+15652345678', '+12125550123', '+442345', '+88213300655'];
  const rows = numbers.map((number, index) => `new-${index},${number},active`);
  await importTestAccounts(dataDirectory, ['accountId,phoneNumber,status', ...rows].join('\n'));
  const countries: unknown[] = [];
  const gateway: SmsGateway = {
    name: 'counting',
    send: async ({ country }) => {
      countries.push(country);
      return { kind: 'accepted', gateway: 'counting', messageId: 'm1' };
    },
    close: async () => undefined,
  };
  const app = await startApplication({
    dataDirectory,
    overrides: { gateway },
    settings: {
      'phoneNumbers.allowedCountries': ['US'],
      'quotas.sendsPerCountry': { US: { max: 2, windowMs: 3_600_000 } },
    },
  });
  const results = [];
  for (const [index, accountPhoneNumber] of numbers.entries()) {
    const fields = { accountPhoneNumber, smsMatchingToken: 'AB12345678C' };
    results.push((await app.call('sendOtp', `new-range-${index}`, fields)).body['result']);
  }
  await app.stop();
  const full = 'MESSAGE_UNABLE_TO_BE_SENT';
  assert.deepEqual(results, ['SUCCESS', 'SUCCESS', full, full, 'NOT_ELIGIBLE', 'NOT_ELIGIBLE']);
  assert.deepEqual(countries, ['US', 'US']);
});
