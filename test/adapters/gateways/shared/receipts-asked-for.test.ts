import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GenericSettings } from '../../../../src/adapters/gateways/http/settings.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import type { Delivery, SmsGateway } from '../../../../src/ports/sms-gateway.ts';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import { deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { TestClock } from '../../../support/test-clock.ts';
import { exampleMessage, type StandInAnswer, startStandIn, unusedUrl } from './gateway-stand-in.ts';
import { openAws, openGeneric, openInfobip, openTwilio, openVonage } from './gateways-under-test.ts';
import { type HttpKindName, rowsOf } from './kind-names.ts';
import { jsonCall, receiptIn } from './receipt-cases.ts';

const secret = new Secret('a-secret-of-the-gateway');
const key = new Secret('a-key-of-our-own-32-characters-long');
const receiptsUrl = 'https://receipts.bank.example/receipts/gw';
const { reference } = exampleMessage;
const clock = new TestClock();

const twilio = { name: 'gw', accountSid: 'AC1', authToken: secret, sender: '+12025550100' };
const vonage = { name: 'gw', apiKey: new Secret('abcd1234'), apiSecret: secret, sender: 'Exemplo' };
const aws = { name: 'gw', region: 'eu-west-1', accessKeyId: 'AKID', secretAccessKey: secret, sender: 'S' };
const infobip = { name: 'gw', apiKey: secret, sender: 'Exemplo' };
const generic: Partial<GenericSettings> = {
  name: 'gw',
  method: 'POST',
  headers: { authorization: 'Key {secrets.key}' },
  bodyType: 'json',
  body: '{"callback":"{receiptUrl}"}',
  secrets: { key: secret },
  encodingWords: { gsm7: 'text', ucs2: 'unicode' },
  accepted: { statuses: [200], values: [], messageIdPath: 'id' },
  refused: [],
};
const reports = { from: 'json', statePath: 'status', delivered: ['ok'], undelivered: ['no'] } as const;
const header = { kind: 'header', header: 'x-secret', secret } as const;

const taken: Readonly<Record<HttpKindName, StandInAnswer>> = {
  twilio: { status: 201, body: { sid: 'SM1', status: 'queued' } },
  vonage: { status: 200, body: { messages: [{ status: '0', 'message-id': '0A01' }] } },
  aws: { status: 200, body: { MessageId: 'm-1' } },
  infobip: { status: 200, body: { messages: [{ messageId: reference, status: { groupId: 1 } }] } },
  http: { status: 200, body: { id: 'g-1' } },
};

const keyOf = (delivery: Delivery) => (delivery.kind === 'refused' ? undefined : delivery.receiptKey);

test('a gateway that echoes the reference names its texts by it and its own name, taken or not known', async (t) => {
  const receipts = { signatureSecret: secret, signatureMethod: 'sha256' } as const;
  const topic = { topicArn: 'arn:aws:sns:eu-west-1:123456789012:t' };
  const proof = { kind: 'signed-url', key } as const;
  const makers: Readonly<Record<HttpKindName, (baseUrl: string) => SmsGateway>> = {
    twilio: (baseUrl) => openTwilio({ ...twilio, baseUrl, receipts: {} }, { receiptsUrl }),
    vonage: (baseUrl) => openVonage({ ...vonage, baseUrl, receipts }, { clock }),
    aws: (baseUrl) => openAws({ ...aws, baseUrl, receipts: topic }, { clock }),
    infobip: (baseUrl) => openInfobip({ ...infobip, baseUrl, receipts: { proof } }, { receiptsUrl }),
    http: (url) => openGeneric({ ...generic, url, receipts: { ...reports, proof } }, { receiptsUrl }),
  };
  for (const [name, make] of rowsOf(makers)) {
    const standIn = await startStandIn(t, taken[name]);
    const gateway = make(standIn.url);
    assert.ok(gateway.readReceipts, name);
    const delivery = await gateway.send(exampleMessage, deadlineAfter(5000));
    assert.deepEqual([delivery.kind, keyOf(delivery)], ['accepted', `gw:${reference}`], name);
    standIn.answer = 'cut-before-headers';
    const unknown = await gateway.send(exampleMessage, deadlineAfter(5000));
    assert.deepEqual([unknown.kind, keyOf(unknown)], ['unknown', `gw:${reference}`], name);
    standIn.answer = { status: 401, body: '' };
    const refused = await gateway.send(exampleMessage, deadlineAfter(5000));
    assert.ok(refused.kind === 'refused' && !('receiptKey' in refused), name);
  }
});

test('a gateway that knows its own id alone names its texts by that, with its name before it', async (t) => {
  const standIn = await startStandIn(t, taken.http);
  const receipts = { ...reports, proof: header, messageIdPath: 'id' };
  const settings = { ...generic, url: standIn.url, receipts };
  const gateway = openGeneric(settings, { receiptsUrl });
  const delivery = await gateway.send(exampleMessage, deadlineAfter(5000));
  assert.equal(keyOf(delivery), 'gw:g-1');
  assert.ok(gateway.readReceipts);
  const call = jsonCall(receiptsUrl, { id: 'g-1', status: 'ok' }, { 'x-secret': secret.reveal() });
  assert.equal((await receiptIn(gateway.readReceipts, call)).receiptKey, 'gw:g-1');
  standIn.answer = 'cut-before-headers';
  assert.equal(keyOf(await gateway.send(exampleMessage, deadlineAfter(5000))), undefined);
});

test('where no receipts are asked for, none are read, and the request says nothing of them', async (t) => {
  const standIn = await startStandIn(t, taken.twilio);
  for (const gateway of [
    openTwilio({ ...twilio, baseUrl: standIn.url }, { receiptsUrl }),
    openTwilio({ ...twilio, baseUrl: standIn.url, receipts: {} }),
  ]) {
    assert.equal(gateway.readReceipts, undefined);
    assert.equal(gateway.confirmVerified, undefined);
    assert.equal(keyOf(await gateway.send(exampleMessage, deadlineAfter(5000))), undefined);
  }
  for (const { body } of standIn.requests) assert.doesNotMatch(body, /Callback|Feedback/);
});

test('Twilio is told where to call, by a URL that is signed with the token of the account', async (t) => {
  const standIn = await startStandIn(t, taken.twilio);
  await openTwilio({ ...twilio, baseUrl: standIn.url, receipts: {} }, { receiptsUrl }).send(
    exampleMessage,
    deadlineAfter(5000),
  );
  const form = new URLSearchParams(standIn.requests[0]?.body);
  assert.equal(form.get('StatusCallback'), `${receiptsUrl}?reference=${reference}`);
});

test('Infobip is given a URL of the one text if that is the proof, and none if its subscription has another', async (t) => {
  const standIn = await startStandIn(t, taken.infobip);
  const settings = { ...infobip, baseUrl: standIn.url };
  const proof = { kind: 'signed-url', key } as const;
  const gateway = openInfobip({ ...settings, receipts: { proof } }, { receiptsUrl });
  await gateway.send(exampleMessage, deadlineAfter(5000));
  await openInfobip({ ...settings, receipts: { proof: header } }, { receiptsUrl }).send(
    exampleMessage,
    deadlineAfter(5000),
  );
  const [signed, plain] = standIn.requests.map(({ body }) => JSON.parse(body).messages[0].webhooks);
  assert.equal(signed.contentType, 'application/json');
  assert.match(signed.delivery.url, new RegExp(`/gw\\?reference=${reference}&signature=[\\w-]{43}$`));
  assert.equal(plain, undefined);
  assert.ok(gateway.readReceipts);
  const report = { results: [{ messageId: reference, status: { groupId: 3, name: 'DELIVERED' } }] };
  const receipt = await receiptIn(gateway.readReceipts, jsonCall(signed.delivery.url, report));
  assert.equal(receipt.state, 'delivered', 'the URL proves itself');
});

test('any gateway over HTTP is told the URL by its template', async (t) => {
  const standIn = await startStandIn(t, taken.http);
  const settings = { ...generic, url: standIn.url };
  const proofs = [header, { kind: 'signed-url', key } as const];
  for (const proof of proofs) {
    const receipts = { ...reports, proof, referencePath: 'ref' };
    await openGeneric({ ...settings, receipts }, { receiptsUrl }).send(exampleMessage, deadlineAfter(5000));
  }
  await openGeneric(settings).send(exampleMessage, deadlineAfter(5000));
  const [plain, signed, none] = standIn.requests.map(({ body }) => JSON.parse(body).callback);
  assert.equal(plain, `${receiptsUrl}?reference=${reference}`);
  assert.match(signed, /&signature=[\w-]{43}$/);
  assert.equal(none, '');
});

const confirmers: Readonly<Record<HttpKindName, (url: string) => SmsGateway>> = {
  twilio: (baseUrl) => openTwilio({ ...twilio, baseUrl, reportVerified: true }),
  vonage: (url) =>
    openVonage({ ...vonage, baseUrl: url, conversionUrl: url, reportVerified: true }, { clock }),
  aws: (baseUrl) => openAws({ ...aws, baseUrl, reportVerified: true }, { clock }),
  infobip: (baseUrl) => openInfobip({ ...infobip, baseUrl, reportVerified: true }),
  http: (url) =>
    openGeneric({
      ...generic,
      url,
      verified: { method: 'PUT', url: `${url}/ok/{messageId}`, body: '{"id":"{messageId}"}' },
    }),
};

test('a verified code is told in the words of each gateway, and asked for when the text is sent', async (t) => {
  const told = new Map<HttpKindName, readonly string[]>();
  const sent = new Map<HttpKindName, string>();
  for (const [name, make] of rowsOf(confirmers)) {
    const standIn = await startStandIn(t, taken[name]);
    const gateway = make(standIn.url);
    await gateway.send(exampleMessage, deadlineAfter(5000));
    standIn.answer = { status: 200, body: {} };
    assert.ok(gateway.confirmVerified, name);
    await gateway.confirmVerified('id/1', deadlineAfter(5000));
    const [text, confirmed] = standIn.requests;
    sent.set(name, text?.body ?? '');
    assert.ok(confirmed);
    told.set(name, [confirmed.method, confirmed.path, confirmed.body, confirmed.headers.authorization ?? '']);
  }
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const timestamp = new Date(clock.nowMs()).toISOString().replace('T', ' ').slice(0, 19);
  const conversion = new URLSearchParams({ 'message-id': 'id/1', delivered: 'true', timestamp });
  assert.deepEqual(told.get('twilio'), [
    ...['POST', '/2010-04-01/Accounts/AC1/Messages/id%2F1/Feedback.json', 'Outcome=confirmed'],
    basic(`AC1:${secret.reveal()}`),
  ]);
  assert.deepEqual(told.get('vonage'), [
    ...['POST', `/conversions/sms?${conversion}`, ''],
    basic(`abcd1234:${secret.reveal()}`),
  ]);
  const [method, path, body, authorization] = told.get('aws') ?? [];
  assert.deepEqual([method, path], ['POST', '/']);
  assert.deepEqual(JSON.parse(body ?? ''), { MessageId: 'id/1', MessageFeedbackStatus: 'RECEIVED' });
  assert.match(authorization ?? '', /^AWS4-HMAC-SHA256 .*x-amz-target/);
  assert.deepEqual(told.get('infobip'), ['POST', '/ct/1/log/end/id%2F1', '', `App ${secret.reveal()}`]);
  assert.deepEqual(told.get('http'), ['PUT', '/ok/id%2F1', '{"id":"id/1"}', `Key ${secret.reveal()}`]);

  assert.match(sent.get('twilio') ?? '', /&ProvideFeedback=true/);
  assert.equal(JSON.parse(sent.get('aws') ?? '').MessageFeedbackEnabled, true);
  assert.deepEqual(JSON.parse(sent.get('infobip') ?? '').options, {
    conversionTracking: { useConversionTracking: true, conversionTrackingName: 'ONE_TIME_PIN' },
  });
});

test('a gateway that can not be told, or does not take it, is an error without any secret in it', async (t) => {
  for (const [name, make] of rowsOf(confirmers)) {
    const standIn = await startStandIn(t, { status: 404, body: { message: 'no such message' } });
    const nobody = await unusedUrl();
    for (const [gateway, pattern] of [
      [make(standIn.url), /^gw did not take it: HTTP 404$/],
      [make(nobody), /^gw could not be told: ECONNREFUSED$/],
    ] as const) {
      await assert.rejects(
        async () => gateway.confirmVerified?.('id-1', deadlineAfter(5000)),
        (error: Error) => {
          assert.ok(error instanceof UnavailableError, name);
          assert.match(error.message, pattern);
          return true;
        },
      );
    }
    standIn.answer = 'silence';
    const late = make(standIn.url).confirmVerified?.('id-1', deadlineAfter(100));
    // On a busy machine the time may be up before it is asked.
    await assert.rejects(async () => late, /no answer by the deadline|no time left/);
  }
});
