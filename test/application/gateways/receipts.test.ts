import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { startStandIn } from '../../adapters/gateways/shared/gateway-stand-in.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { codeIn, startApplication, TEST_SETTINGS } from '../../support/test-application.ts';

const token = 'auth-token-of-the-account';
const publicUrl = 'https://receipts.bank.example';
const accountPhoneNumber = activeNumber(1);
const fields = { accountPhoneNumber, smsMatchingToken: 'AB12345678C' };
const sid = `SM${'fedcba9876543210'.repeat(2)}`;

/** The application, texting by Twilio and by another one after it, with receipts. */
async function start(t: TestContext) {
  const twilio = await startStandIn(t, { status: 201, body: { sid, status: 'queued' } });
  const vonage = await startStandIn(t, {
    status: 200,
    body: { messages: [{ status: '0', 'message-id': '0A01' }] },
  });
  const log: string[] = [];
  const secret = { value: token };
  const gateways = [
    {
      kind: 'twilio',
      baseUrl: twilio.url,
      accountSid: 'AC1',
      authToken: secret,
      sender: '+12025550100',
      receipts: {},
    },
    {
      ...{ kind: 'vonage', baseUrl: vonage.url, apiKey: secret, apiSecret: secret, sender: 'Exemplo' },
      receipts: { signatureSecret: secret },
    },
  ];
  const app = await startApplication({
    settings: {
      ...TEST_SETTINGS,
      'log.level': 'trace',
      'sms.gateway': { kind: 'failover', gateways },
      receipts: { port: 0, publicUrl },
    },
    overrides: { logDestination: { write: (line: string) => log.push(line) } },
  });
  t.after(() => app.stop());
  const { receiptsUrl } = app;
  assert.ok(receiptsUrl);
  const metrics = async () => (await fetch(`${app.operatorUrl}/metrics`)).text();

  /** Calls as Twilio does, at the URL that it was given. */
  const callBack = async (status: string, key = token): Promise<number> => {
    const called = new URLSearchParams(twilio.requests.at(-1)?.body).get('StatusCallback') ?? '';
    assert.ok(called.startsWith(`${publicUrl}/receipts/twilio?`), called);
    const form = { MessageSid: sid, MessageStatus: status, To: accountPhoneNumber };
    const text = Object.entries(form).reduce((all, [name, value]) => `${all}${name}${value}`, called);
    const signature = createHmac('sha1', key).update(text).digest('base64');
    const response = await fetch(called.replace(publicUrl, receiptsUrl), {
      method: 'POST',
      headers: { 'x-twilio-signature': signature },
      body: new URLSearchParams(form),
    });
    return response.status;
  };
  return { app, twilio, vonage, log, metrics, callBack, receiptsUrl };
}

test('a receipt is recorded on its text, once, and only if the gateway signed it', async (t) => {
  const { app, twilio, log, metrics, callBack, receiptsUrl } = await start(t);
  assert.equal((await app.call('sendOtp', 'send-1', fields)).body['result'], 'SUCCESS');
  const before = await metrics();
  assert.equal(await callBack('delivered', 'another-token'), 403);
  assert.equal((await fetch(`${receiptsUrl}/receipts/twilio`, { method: 'POST', body: 'x' })).status, 403);
  assert.equal((await fetch(`${receiptsUrl}/receipts/vonage`, { method: 'POST', body: 'x' })).status, 403);
  assert.doesNotMatch(before + (await metrics()), /gsp_otp_receipts_total\{/, 'nothing changed');

  assert.equal(await callBack('sent'), 200);
  assert.equal(await callBack('delivered'), 200);
  assert.match(await metrics(), /gsp_otp_receipts_total\{gateway="twilio",[^}]*state="delivered"\} 1\n/);
  assert.equal(await callBack('delivered'), 200, 'once more');
  assert.equal(await callBack('undelivered'), 200, 'and in any order');
  const page = await metrics();
  assert.match(page, /gsp_otp_receipts_total\{gateway="twilio",[^}]*state="delivered"\} 1\n/);
  assert.doesNotMatch(page, /state="undelivered"/);

  const otp = codeIn(new URLSearchParams(twilio.requests[0]?.body).get('Body') ?? '');
  const verified = await app.call('verifyOtp', 'verify-1', { sendOtpRequestId: 'send-1', otp });
  assert.equal(verified.body['result'], 'SUCCESS', JSON.stringify(verified));
  const written = log.join('');
  for (const told of [otp, accountPhoneNumber.slice(1), token, 'signature', 'reference=']) {
    assert.ok(!written.includes(told), `${told} is in the log`);
  }
});

test('a gateway that refused a text and then calls it failed says nothing of what another one delivered', async (t) => {
  const { app, twilio, vonage, metrics, callBack } = await start(t);
  twilio.answer = { status: 201, body: { sid, status: 'failed', error_code: null } };
  assert.equal((await app.call('sendOtp', 'send-1', fields)).body['result'], 'SUCCESS');
  assert.equal(vonage.requests.length, 1);
  assert.equal(await callBack('failed'), 200);
  await t.waitFor(
    async () =>
      assert.match(await metrics(), /gsp_otp_stray_receipts_total\{gateway="twilio",kind="unmatched"\} 1\n/),
    { timeout: 20_000 },
  );
  assert.doesNotMatch(await metrics(), /gsp_otp_receipts_total\{/);
});

test('the methods and the operator routes are not on the port of the receipts, nor they on theirs', async (t) => {
  const { app, receiptsUrl } = await start(t);
  for (const path of ['/v1/echo', '/health/live', '/metrics', '/inbox']) {
    assert.equal((await fetch(`${receiptsUrl}${path}`)).status, 404, path);
  }
  for (const url of [app.methodsUrl, app.operatorUrl]) {
    assert.equal((await fetch(`${url}/receipts/twilio`, { method: 'POST', body: 'x' })).status, 404, url);
  }
});
