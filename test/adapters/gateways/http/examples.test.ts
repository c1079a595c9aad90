import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadConfig } from '../../../../src/settings/load.ts';
import { composeGateway } from '../../../../src/wiring/gateways.ts';
import { deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { TestClock } from '../../../support/test-clock.ts';
import { dialectTests } from '../shared/dialect-cases.ts';
import {
  exampleDlt,
  exampleMessage,
  exampleNumber,
  exampleText,
  messageWith,
  startStandIn,
} from '../shared/gateway-stand-in.ts';

const env = {
  MSG91_AUTH_KEY: 'msg91-key-not-to-be-told',
  GUPSHUP_USER_ID: 'gupshup-user',
  GUPSHUP_PASSWORD: 'gupshup&password=not to be told',
  AFRICAS_TALKING_API_KEY: 'africas-talking-key-not-to-be-told',
};

const dataDirectory = mkdtempSync(join(tmpdir(), 'gsp-otp-gateways-'));
after(() => rmSync(dataDirectory, { recursive: true }));

/** The gateway that a shipped example describes, with the stand-in in the gateway's place. */
const openExample = (name: string) => (url: string) => {
  const file = new URL(`../../../../examples/gateways/${name}.yaml`, import.meta.url).pathname;
  const config = loadConfig({ file, env, overrides: { dataDirectory, 'sms.gateway.url': url } });
  return composeGateway(config.sms.gateway, new TestClock());
};

const digits = exampleNumber.slice(1);

const africasTalking = (statusCode: number) => ({
  status: 201,
  body: {
    SMSMessageData: {
      Message: 'Sent to 1/1 Total Cost: KES 0.8000',
      Recipients: [
        { statusCode, number: exampleNumber, status: 'Word', cost: 'KES 0.8000', messageId: 'ATXid_1' },
      ],
    },
  },
});

dialectTests({
  name: "Africa's Talking",
  open: openExample('africas-talking'),
  secrets: [env.AFRICAS_TALKING_API_KEY],
  success: africasTalking(101),
  messageId: 'ATXid_1',
  refusals: [
    ['sender-not-allowed', africasTalking(402)],
    ['invalid-number', africasTalking(403)],
    ['invalid-number', africasTalking(404)],
    ['quota', africasTalking(405)],
    ['blocked', africasTalking(406)],
    ['sender-not-allowed', africasTalking(407)],
    ['credentials', { status: 401, body: 'The supplied authentication is invalid' }],
  ],
  unsaid: [
    africasTalking(401),
    africasTalking(500),
    { status: 201, body: { SMSMessageData: { Recipients: [] } } },
  ],
});

const gupshup = (status: string, id: string) => ({
  status: 200,
  body: { response: { id, phone: digits, details: `About ${digits}`, status } },
});

dialectTests({
  name: 'Gupshup',
  open: openExample('gupshup'),
  secrets: [env.GUPSHUP_PASSWORD],
  success: gupshup('success', '3513-a1b2'),
  messageId: '3513-a1b2',
  refusals: [
    ['content', gupshup('error', '101')],
    ['credentials', gupshup('error', '102')],
    ['invalid-number', gupshup('error', '105')],
    ['sender-not-allowed', gupshup('error', '108')],
  ],
  unsaid: [gupshup('error', '100'), gupshup('error', '999')],
});

const msg91 = (code: string) => ({ status: 200, body: { type: 'error', message: `About ${digits}`, code } });
const msg91Success = { status: 200, body: { message: '5762846b4f8d285d378b4567', type: 'success' } };

dialectTests({
  name: 'MSG91',
  open: openExample('msg91'),
  secrets: [env.MSG91_AUTH_KEY],
  success: msg91Success,
  messageId: '5762846b4f8d285d378b4567',
  refusals: [
    ['credentials', msg91('106')],
    ['invalid-number', msg91('202')],
    ['sender-not-allowed', msg91('203')],
    ['quota', msg91('301')],
    ['content', msg91('310')],
    ['credentials', msg91('418')],
  ],
  unsaid: [msg91('311'), msg91('999')],
});

test('MSG91: the example writes a text into JSON', async (t) => {
  const standIn = await startStandIn(t, msg91Success);
  const text = 'कोड "907214" \\ {to}\nT0kenAbCdEf';
  const message = { ...messageWith(text), dlt: exampleDlt };
  await (await openExample('msg91')(standIn.url)).send(message, deadlineAfter(5000));
  const [request] = standIn.requests;
  assert.equal(request?.headers['authkey'], env.MSG91_AUTH_KEY);
  assert.equal(request.headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(request.body), {
    sender: 'YOUR_SENDER',
    route: '4',
    country: '0',
    unicode: '1',
    DLT_TE_ID: exampleDlt.templateId,
    sms: [{ message: text, to: [digits] }],
  });
});

test('Gupshup: the example writes a text into a form', async (t) => {
  const standIn = await startStandIn(t, gupshup('success', '1'));
  const message = { ...exampleMessage, dlt: exampleDlt };
  await (await openExample('gupshup')(standIn.url)).send(message, deadlineAfter(5000));
  const form = Object.fromEntries(new URLSearchParams(standIn.requests[0]?.body));
  assert.equal(form['msg'], exampleText);
  assert.equal(form['msg_type'], 'TEXT');
  assert.equal(form['password'], env.GUPSHUP_PASSWORD);
  assert.equal(form['send_to'], digits);
  assert.equal(form['principalEntityId'], exampleDlt.entityId);
  assert.equal(form['dltTemplateId'], exampleDlt.templateId);
});
