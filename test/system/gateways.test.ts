import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStandIn, unusedUrl } from '../adapters/sms/gateway-stand-in.ts';
import { startSmsc } from '../adapters/sms/smpp-server.ts';
import { activeNumber } from './test-accounts.ts';
import { codeIn, startApplication } from './test-application.ts';

const secret = { value: 'a-secret-of-the-gateway' };

const twilioAt = (baseUrl: string) => ({
  kind: 'twilio',
  baseUrl,
  accountSid: 'AC1',
  authToken: secret,
  sender: '+12025550100',
});

const vonageAt = (baseUrl: string) => ({
  kind: 'vonage',
  baseUrl,
  apiKey: secret,
  apiSecret: secret,
  sender: 'Exemplo',
});

const accountPhoneNumber = activeNumber(1);
const fields = { accountPhoneNumber, smsMatchingToken: 'AB12345678C' };

test('[SO-7, OPS-2] a code goes through the second gateway while the first is down, and verifies', async (t) => {
  const standIn = await startStandIn(t, {
    status: 200,
    body: { messages: [{ status: '0', 'message-id': '0A0000000123ABCD1' }] },
  });
  const gateways = [twilioAt(await unusedUrl()), vonageAt(standIn.url)];
  const app = await startApplication({ settings: { 'sms.gateway': { kind: 'failover', gateways } } });
  t.after(() => app.stop());
  assert.equal(app.application.inbox, undefined);
  assert.equal((await app.call('sendOtp', 'send-1', fields)).body['result'], 'SUCCESS');
  const form = new URLSearchParams(standIn.requests[0]?.body);
  assert.equal(`+${form.get('to')}`, accountPhoneNumber);
  const otp = codeIn(form.get('text') ?? '');
  const verified = await app.call('verifyOtp', 'verify-1', { sendOtpRequestId: 'send-1', otp });
  assert.equal(verified.body['result'], 'SUCCESS', JSON.stringify(verified));
});

test('[OQ-28] a gateway that cuts off gets the same reference again, and the same code', async (t) => {
  const standIn = await startStandIn(t, 'cut-before-headers');
  const app = await startApplication({ settings: { 'sms.gateway': vonageAt(standIn.url) } });
  t.after(() => app.stop());
  assert.equal((await app.call('sendOtp', 'send-1', fields)).body['result'], 'MESSAGE_UNABLE_TO_BE_SENT');
  standIn.answer = { status: 200, body: { messages: [{ status: '0', 'message-id': '0A0000000123ABCD1' }] } };
  assert.equal((await app.call('sendOtp', 'send-1', fields)).body['result'], 'SUCCESS');
  const [first, second] = standIn.requests.map(({ body }) => new URLSearchParams(body));
  assert.equal(first?.get('client-ref'), second?.get('client-ref'));
  assert.equal(first?.get('text'), second?.get('text'));
});

test('[SO-7] a code goes over SMPP, verifies, and the server takes leave of the gateway at its end', async (t) => {
  const smsc = await startSmsc(t);
  const gateway = {
    kind: 'smpp',
    host: '127.0.0.1',
    port: smsc.port,
    tls: false,
    systemId: 'exemplo',
    password: secret,
    sender: 'Exemplo',
  };
  const app = await startApplication({ settings: { 'sms.gateway': gateway } });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= app.stop();
    return stopped;
  };
  t.after(stop);
  await smsc.bound();
  assert.equal((await app.call('sendOtp', 'send-1', fields)).body['result'], 'SUCCESS');
  const submit = await smsc.seen('submit_sm');
  assert.equal(`+${submit['destination_addr']}`, accountPhoneNumber);
  // Of the characters in the shipped texts, GSM-7 puts all that are in the code where ASCII has them.
  const text = Buffer.from(String(submit['short_message']), 'hex').toString('latin1');
  const verified = await app.call('verifyOtp', 'verify-1', {
    sendOtpRequestId: 'send-1',
    otp: codeIn(text),
  });
  assert.equal(verified.body['result'], 'SUCCESS', JSON.stringify(verified));
  await stop();
  await smsc.seen('unbind');
});
