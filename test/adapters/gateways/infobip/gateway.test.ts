import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../../../src/ports/secret.ts';
import { deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { dialectTests } from '../shared/dialect-cases.ts';
import { exampleMessage, exampleNumber, exampleText, startStandIn } from '../shared/gateway-stand-in.ts';
import { openInfobip } from '../shared/gateways-under-test.ts';

const apiKey = 'infobip-key-not-to-be-told';
const settings = { name: 'infobip', apiKey: new Secret(apiKey), sender: 'Exemplo' };

const answerOf = (groupId: number, groupName: string, id: number) => ({
  status: 200,
  body: {
    bulkId: '2034072219640523072',
    messages: [
      {
        messageId: exampleMessage.reference,
        status: { groupId, groupName, id, name: groupName, description: `About ${exampleNumber.slice(1)}` },
        destination: exampleNumber.slice(1),
        details: { messageCount: 1 },
      },
    ],
  },
});

const errorOf = (status: number, errorCode: string) => ({
  status,
  body: { errorCode, description: `About ${exampleText}`, action: 'Check', violations: [], resources: [] },
});

dialectTests({
  name: 'Infobip',
  open: (baseUrl) => openInfobip({ ...settings, baseUrl }),
  secrets: [apiKey],
  success: answerOf(1, 'PENDING', 26),
  messageId: exampleMessage.reference,
  refusals: [
    ['unexplained', answerOf(5, 'REJECTED', 999)],
    ['unexplained', answerOf(2, 'UNDELIVERABLE', 4)],
    ['unexplained', answerOf(2, 'UNDELIVERABLE', 9)],
    ['unexplained', answerOf(2, 'UNDELIVERABLE', 31)],
    ['blocked', answerOf(4, 'EXPIRED', 87)],
    ['unexplained', errorOf(400, 'E400')],
    ['credentials', errorOf(401, 'E401')],
    ['unexplained', errorOf(403, 'E403')],
    ['throttled', errorOf(429, 'E429')],
    [
      'credentials',
      { status: 401, body: { requestError: { serviceException: { messageId: 'UNAUTHORIZED', text: '' } } } },
    ],
  ],
  unsaid: [
    errorOf(500, 'E500'),
    answerOf(5, 'REJECTED', 23),
    answerOf(4, 'EXPIRED', 15),
    answerOf(4, 'EXPIRED', 29),
    answerOf(7, 'NEW', 99),
  ],
});

test('Infobip: the request is the documented one', async (t) => {
  const standIn = await startStandIn(t, answerOf(1, 'PENDING', 26));
  await openInfobip({ ...settings, baseUrl: standIn.url }).send(exampleMessage, deadlineAfter(5000));
  const [request] = standIn.requests;
  assert.equal(request?.method, 'POST');
  assert.equal(request.path, '/sms/3/messages');
  assert.equal(request.headers.authorization, `App ${apiKey}`);
  assert.equal(request.headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(request.body), {
    messages: [
      {
        sender: 'Exemplo',
        destinations: [{ to: exampleNumber.slice(1), messageId: exampleMessage.reference }],
        content: { text: exampleText },
        options: { validityPeriod: { amount: 300, timeUnit: 'SECONDS' } },
      },
    ],
  });
});
