import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../../../src/ports/secret.ts';
import { deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { dialectTests } from '../shared/dialect-cases.ts';
import { exampleMessage, exampleNumber, exampleText, startStandIn } from '../shared/gateway-stand-in.ts';
import { openTwilio } from '../shared/gateways-under-test.ts';

const accountSid = `AC${'0123456789abcdef'.repeat(2)}`;
const token = 'twilio-auth-token-not-to-be-told';
const sid = `SM${'fedcba9876543210'.repeat(2)}`;
const settings = { name: 'twilio', accountSid, authToken: new Secret(token), sender: '+12025550100' };

/** As Twilio shapes it, with the recipient's number in the message. */
const refusalOf = (code: number, status = 400) => ({
  status,
  body: {
    code,
    message: `Not to the number ${exampleNumber}`,
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status,
  },
});

const created = (state: string, errorCode: number | null = null) => ({
  status: 201,
  body: {
    sid,
    status: state,
    to: exampleNumber,
    body: exampleText,
    error_code: errorCode,
    error_message: null,
  },
});

dialectTests({
  name: 'Twilio',
  open: (baseUrl) => openTwilio({ ...settings, baseUrl }),
  secrets: [token],
  success: created('queued'),
  messageId: sid,
  refusals: [
    ['credentials', refusalOf(20003, 401)],
    ['throttled', { status: 429, body: 'Too Many Requests' }],
    ['unexplained', refusalOf(29999)],
    ['blocked', created('failed', 30450)],
    ['unexplained', created('failed')],
  ],
  unsaid: [refusalOf(20500, 500), created('undelivered', 30003), { status: 201, body: { status: 'queued' } }],
});

test('Twilio: the request is the documented one', async (t) => {
  const standIn = await startStandIn(t, created('accepted'));
  await openTwilio({ ...settings, baseUrl: standIn.url }).send(exampleMessage, deadlineAfter(5000));
  const [request] = standIn.requests;
  assert.equal(request?.method, 'POST');
  assert.equal(request.path, `/2010-04-01/Accounts/${accountSid}/Messages.json`);
  const credentials = Buffer.from(`${accountSid}:${token}`).toString('base64');
  assert.equal(request.headers.authorization, `Basic ${credentials}`);
  assert.deepEqual(Object.fromEntries(new URLSearchParams(request.body)), {
    To: exampleNumber,
    From: '+12025550100',
    Body: exampleText,
    ValidityPeriod: '300',
  });
});

test('Twilio: an API key signs in for the account, and a messaging service sends', async (t) => {
  const standIn = await startStandIn(t, created('accepted'));
  const sender = `MG${'0123456789abcdef'.repeat(2)}`;
  const gateway = openTwilio({ ...settings, baseUrl: standIn.url, apiKeySid: 'SK0123', sender });
  await gateway.send({ ...exampleMessage, validityMs: 1 }, deadlineAfter(5000));
  const [request] = standIn.requests;
  assert.equal(request?.headers.authorization, `Basic ${Buffer.from(`SK0123:${token}`).toString('base64')}`);
  const form = new URLSearchParams(request.body);
  assert.equal(form.get('MessagingServiceSid'), sender);
  assert.equal(form.get('From'), null);
  assert.equal(form.get('ValidityPeriod'), '1');
});
