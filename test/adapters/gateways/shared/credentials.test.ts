import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../../../src/ports/secret.ts';
import type { SmsGateway } from '../../../../src/ports/sms-gateway.ts';
import { deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { type StandInAnswer, startStandIn, unusedUrl } from './gateway-stand-in.ts';
import { openAws, openGeneric, openInfobip, openTwilio, openVonage } from './gateways-under-test.ts';
import type { HttpKindName } from './kind-names.ts';

const secret = 'gateway-secret-not-to-be-told';
const authToken = new Secret(secret);
const sender = 'Exemplo';
const basic = (user: string) => `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;

const generic = (baseUrl: string) =>
  openGeneric({
    name: 'http',
    method: 'POST',
    url: `${baseUrl}/send`,
    headers: {},
    bodyType: 'json',
    secrets: { key: new Secret('a&b'), token: authToken },
    encodingWords: { gsm7: '', ucs2: '' },
    accepted: { statuses: [200], values: [] },
    refused: [],
    check: {
      url: `${baseUrl}/balance?key={secrets.key}`,
      headers: { 'x-token': '{secrets.token}' },
      valid: { statuses: [200], path: 'status', values: ['success'] },
    },
  });

interface Case {
  readonly open: (baseUrl: string) => SmsGateway;
  readonly request: readonly [method: string, path: string, authorization: RegExp | string];
  readonly valid: StandInAnswer;
  readonly invalid: readonly (readonly [detail: string, StandInAnswer])[];
  /** May be right and restricted. */
  readonly unknown: readonly (readonly [detail: string, StandInAnswer])[];
}

const twilioRefusal = { status: 401, body: { code: 20003, message: `not ${secret}`, status: 401 } };
const awsFault = (type: string, status = 400) => ({
  status,
  body: { __type: `com.amazonaws.pinpointsmsvoicev2#${type}`, Message: `not ${secret}` },
});

const cases: Readonly<Record<HttpKindName | 'twilio with an API key', Case>> = {
  twilio: {
    open: (baseUrl) => openTwilio({ name: 'twilio', baseUrl, accountSid: 'AC1', authToken, sender }),
    request: ['GET', '/2010-04-01/Accounts/AC1.json', basic('AC1')],
    valid: { status: 200, body: { sid: 'AC1', status: 'active' } },
    invalid: [
      ['HTTP 401, code 20003', twilioRefusal],
      ['the account is suspended', { status: 200, body: { sid: 'AC1', status: 'suspended' } }],
    ],
    unknown: [['HTTP 403', { status: 403, body: '' }]],
  },
  'twilio with an API key': {
    open: (baseUrl) =>
      openTwilio({
        name: 'twilio',
        baseUrl,
        accountSid: 'AC1',
        apiKeySid: 'SK1',
        authToken,
        sender,
      }),
    request: ['GET', '/2010-04-01/Accounts/AC1/IncomingPhoneNumbers.json?PageSize=1', basic('SK1')],
    valid: { status: 200, body: { incoming_phone_numbers: [] } },
    invalid: [['HTTP 401, code 20003', twilioRefusal]],
    unknown: [
      ['HTTP 403', { status: 403, body: { message: 'A restricted key may not do this' } }],
      ['HTTP 503', { status: 503, body: '' }],
    ],
  },
  vonage: {
    open: (baseUrl) =>
      openVonage({ name: 'vonage', baseUrl, apiKey: new Secret('abcd1234'), apiSecret: authToken, sender }),
    request: ['GET', '/account/get-balance', basic('abcd1234')],
    valid: { status: 200, body: { value: 10.28, autoReload: false } },
    invalid: [
      [
        'HTTP 401, code 420',
        { status: 401, body: { 'error-code': '420', 'error-code-label': `not ${secret}` } },
      ],
    ],
    unknown: [['HTTP 500', { status: 500, body: '' }]],
  },
  infobip: {
    open: (baseUrl) => openInfobip({ name: 'infobip', baseUrl, apiKey: authToken, sender }),
    request: ['GET', '/account/1/balance', `App ${secret}`],
    valid: { status: 200, body: { balance: 47.79, currency: 'EUR' } },
    invalid: [
      [
        'HTTP 401, code UNAUTHORIZED',
        { status: 401, body: { requestError: { serviceException: { messageId: 'UNAUTHORIZED' } } } },
      ],
    ],
    unknown: [['HTTP 403, code E403', { status: 403, body: { errorCode: 'E403' } }]],
  },
  aws: {
    open: (baseUrl) =>
      openAws({
        name: 'aws',
        region: 'eu-west-1',
        baseUrl,
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: authToken,
        sender,
      }),
    request: ['POST', '/', /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/sms-voice\//],
    valid: { status: 200, body: { AccountAttributes: [{ Name: 'ACCOUNT_TIER', Value: 'PRODUCTION' }] } },
    invalid: [
      ['HTTP 400, code UnrecognizedClientException', awsFault('UnrecognizedClientException')],
      ['HTTP 400, code InvalidSignatureException', awsFault('InvalidSignatureException')],
    ],
    unknown: [
      ['HTTP 400, code AccessDeniedException', awsFault('AccessDeniedException')],
      ['HTTP 400, code ThrottlingException', awsFault('ThrottlingException')],
    ],
  },
  http: {
    open: generic,
    request: ['GET', '/balance?key=a%26b', ''],
    valid: { status: 200, body: { status: 'success' } },
    invalid: [['HTTP 401', { status: 401, body: '' }]],
    unknown: [
      ['not a valid answer', { status: 200, body: { status: `error ${secret}` } }],
      ['HTTP 403', { status: 403, body: '' }],
    ],
  },
};

for (const [name, { open, request, valid, invalid, unknown }] of Object.entries(cases)) {
  test(`${name}: right credentials are told from wrong and from restricted ones`, async (t) => {
    const standIn = await startStandIn(t, valid);
    const gateway = open(standIn.url);
    const check = () => gateway.checkCredentials?.(deadlineAfter(5000));
    assert.deepEqual(await check(), { kind: 'valid' });
    const [method, path, authorization] = request;
    const asked = standIn.requests[0];
    assert.deepEqual([asked?.method, asked?.path], [method, path]);
    const shown = asked?.headers.authorization ?? '';
    if (typeof authorization === 'string') assert.equal(shown, authorization);
    else assert.match(shown, authorization);
    for (const [kind, answers] of Object.entries({ invalid, unknown })) {
      for (const [detail, answer] of answers) {
        standIn.answer = answer;
        assert.deepEqual(await check(), { kind, detail });
      }
    }
  });

  test(`${name}: silence and a closed door tell nothing of the credentials`, async (t) => {
    const { url } = await startStandIn(t, 'silence');
    const late = await open(url).checkCredentials?.(deadlineAfter(250));
    assert.ok(late?.kind === 'unknown');
    // On a busy machine the time may be up before it is asked.
    assert.match(late.detail, /^(no answer by the deadline|no time left)$/);
    const away = await open(await unusedUrl()).checkCredentials?.(deadlineAfter(5000));
    assert.deepEqual(away, { kind: 'unknown', detail: 'ECONNREFUSED' });
  });
}

test('aws: the check is the action that describes the account', async (t) => {
  const standIn = await startStandIn(t, { status: 200, body: {} });
  await cases.aws.open(standIn.url).checkCredentials?.(deadlineAfter(5000));
  const { headers, body } = standIn.requests[0] ?? {};
  assert.equal(headers?.['x-amz-target'], 'PinpointSMSVoiceV2.DescribeAccountAttributes');
  assert.equal(body, '{}');
});

test('http: without a check it has none', () => {
  const gateway = openGeneric({
    name: 'http',
    method: 'GET',
    url: 'http://127.0.0.1:9/',
    headers: {},
    bodyType: 'json',
    secrets: {},
    encodingWords: { gsm7: '', ucs2: '' },
    accepted: { statuses: [200], values: [] },
    refused: [],
  });
  assert.equal(gateway.checkCredentials, undefined);
});
