import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPERATION_NAMES, operations } from '../../../src/methods/internal/operations.ts';
import { activeAssociation, activeNumber } from '../../support/test-accounts.ts';
import { codeIn } from '../../support/test-application.ts';
import { HMAC_KEY, startInternal, TOKEN_OF_ALL, type Told, tokenOf } from './internal-under-test.ts';
import { samples } from './samples.ts';

/** Row 25 of the proofs, for the internal API: every route with marked secrets, well and badly asked. */
test('no code, number, token or id of an account or association is in the log, the metrics or a refusal', async (t) => {
  const api = await startInternal(t, { settings: { 'log.level': 'trace' } });
  const secrets = new Set([
    TOKEN_OF_ALL,
    HMAC_KEY,
    tokenOf('read'),
    'acc-marked',
    'assoc-marked',
    'acc-7',
    'assoc-7',
  ]);
  const number = activeNumber(7);
  const malformed = '+1 (555) 017-MARKED';
  for (const secret of [number, malformed, number.slice(1)]) secrets.add(secret);
  const { body } = await api.app.call('sendOtp', 's-7', {
    accountPhoneNumber: number,
    smsMatchingToken: 'AB12345678C',
  });
  assert.equal(body['result'], 'SUCCESS');
  const otp = codeIn(api.app.application.inbox?.texts(1)[0]?.text.reveal() ?? '');
  assert.notEqual(otp, '');

  const refusals: Told[] = [];
  const told: Told[] = [];
  const ask = async (...args: Parameters<typeof api.ask>) => {
    const answer = await api.ask(...args);
    (answer.status === 200 ? told : refusals).push(answer);
  };
  const values = [
    { accountId: 'acc-marked' },
    { accountId: 'acc-7' },
    { phoneNumber: number },
    { phoneNumber: malformed },
    { phoneNumber: [malformed] },
    { associationId: activeAssociation(7) },
    { associationId: 'assoc-marked' },
    { accountId: 'acc-7', phoneNumber: number, associationId: 'assoc-7' },
    { [malformed]: 'acc-marked' },
  ];
  const asked = async () => {
    for (const name of OPERATION_NAMES) {
      const { method } = operations[name];
      const { path, headers, body: sample } = samples[name];
      const proofs = [
        { token: TOKEN_OF_ALL },
        { token: tokenOf('erase') },
        { token: `${TOKEN_OF_ALL}x` },
        { signedAt: Math.floor(Date.now() / 1000) },
        { signedAt: 1 },
      ];
      for (const proof of proofs) {
        const common = { ...proof, ...(headers && { headers }) };
        await ask(method, path, { ...common, ...(sample && { body: sample }) });
        if (method === 'GET') continue;
        for (const value of values)
          await ask(method, path, {
            ...common,
            body: { ...sample, ...value, otpVerification: { sendOtpRequestId: 's-7', otp } },
          });
        await ask(method, path, {
          ...common,
          body: `{"accountId":"acc-marked","phoneNumber":"${malformed}","otp":${otp}`,
        });
      }
    }
    for (const path of [`/internal/v1/requests/${encodeURIComponent(malformed)}`, `/${TOKEN_OF_ALL}`]) {
      await ask('GET', path, { token: TOKEN_OF_ALL });
    }
    await ask('GET', '/internal/v1/requests/s-7', { token: TOKEN_OF_ALL });
  };
  // The code of the text, as it is used up and associated.
  const consumption = {
    purpose: 'associateAccount',
    otpVerification: { sendOtpRequestId: 's-7', otp },
    associate: { associationId: 'assoc-marked' },
  };
  for (const key of ['right', 'right', 'again']) {
    const headers = { 'idempotency-key': key };
    await ask('POST', '/internal/v1/otp-consumptions', { token: TOKEN_OF_ALL, headers, body: consumption });
  }
  const results = told.map((one) => one.body['result']);
  assert.deepEqual(results, ['SUCCESS', 'SUCCESS', 'OTP_ALREADY_USED']);
  await asked();
  await api.app.application.store.close();
  await asked();

  const statuses = new Set([...refusals, ...told].map(({ status }) => status));
  for (const status of [200, 400, 401, 403, 404, 503]) assert.ok(statuses.has(status), String(status));
  assert.equal(statuses.has(500), false);
  const page = await (await fetch(`${api.app.operatorUrl}/metrics`)).text();
  const places = {
    'the log': JSON.stringify(api.log),
    'the metrics': page,
    'a refusal': JSON.stringify(refusals.map((one) => [one.body, [...one.headers]])),
  };
  for (const [place, text] of Object.entries(places)) {
    for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} is in ${place}`);
    assert.doesNotMatch(text, new RegExp(`(?<!\\d)${otp}(?!\\d)`), `the code is in ${place}`);
  }
  assert.doesNotMatch(JSON.stringify(told.map((one) => one.body)), new RegExp(`(?<!\\d)${otp}(?!\\d)`));
});
