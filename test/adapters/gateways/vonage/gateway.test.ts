import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../../../src/ports/secret.ts';
import { deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { dialectTests } from '../shared/dialect-cases.ts';
import {
  exampleMessage,
  exampleNumber,
  exampleText,
  messageWith,
  startStandIn,
} from '../shared/gateway-stand-in.ts';
import { openVonage } from '../shared/gateways-under-test.ts';

const apiSecret = 'vonage-secret-not-to-be-told';
const settings = {
  name: 'vonage',
  apiKey: new Secret('abcd1234'),
  apiSecret: new Secret(apiSecret),
  sender: 'Exemplo',
};

const answerOf = (...states: readonly string[]) => ({
  status: 200,
  body: {
    'message-count': String(states.length),
    messages: states.map((status) =>
      status === '0'
        ? { to: exampleNumber.slice(1), 'message-id': '0A0000000123ABCD1', status, 'message-price': '0.0333' }
        : { status, 'error-text': `Not to ${exampleNumber.slice(1)}` },
    ),
  },
});

dialectTests({
  name: 'Vonage',
  open: (baseUrl) => openVonage({ ...settings, baseUrl }),
  secrets: [apiSecret],
  success: answerOf('0'),
  messageId: '0A0000000123ABCD1',
  refusals: [
    ...['13', '16', '34', '99'].map((status) => ['unexplained', answerOf(status)] as const),
    ['unexplained', answerOf('99', '1')],
    ['credentials', { status: 401, body: '' }],
    ['throttled', { status: 429, body: 'Too Many Requests' }],
  ],
  unsaid: [
    answerOf('0', '1'),
    answerOf('1', '0'),
    answerOf('OK'),
    { status: 200, body: { messages: [{ status: '0' }] } },
  ],
});

test('Vonage: the request is the documented one', async (t) => {
  const standIn = await startStandIn(t, answerOf('0'));
  await openVonage({ ...settings, baseUrl: standIn.url }).send(exampleMessage, deadlineAfter(5000));
  const [request] = standIn.requests;
  assert.equal(request?.method, 'POST');
  assert.equal(request.path, '/sms/json');
  assert.deepEqual(Object.fromEntries(new URLSearchParams(request.body)), {
    api_key: 'abcd1234',
    api_secret: apiSecret,
    from: 'Exemplo',
    to: exampleNumber.slice(1),
    text: exampleText,
    type: 'text',
    ttl: '300000',
    'client-ref': exampleMessage.reference,
  });
});

test('Vonage: the validity stays within the bounds of ttl', async (t) => {
  const standIn = await startStandIn(t, answerOf('0'));
  const gateway = openVonage({ ...settings, baseUrl: standIn.url });
  for (const validityMs of [1500.5, 20_000.5, 1_000_000_000]) {
    await gateway.send({ ...exampleMessage, validityMs }, deadlineAfter(5000));
  }
  assert.deepEqual(
    standIn.requests.map(({ body }) => new URLSearchParams(body).get('ttl')),
    ['20000', '20000', '604800000'],
  );
});

test('[SMS-15] Vonage: a text that GSM-7 does not have is marked as Unicode', async (t) => {
  const standIn = await startStandIn(t, answerOf('0'));
  const gateway = openVonage({ ...settings, baseUrl: standIn.url, sender: '+12025550100' });
  await gateway.send(messageWith('कोड 907214'), deadlineAfter(5000));
  const form = new URLSearchParams(standIn.requests[0]?.body);
  assert.equal(form.get('type'), 'unicode');
  assert.equal(form.get('text'), 'कोड 907214');
  assert.equal(form.get('from'), '12025550100');
});
