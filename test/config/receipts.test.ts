import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveringKinds } from '../../src/adapters/gateways/catalog.ts';
import type { SettingSchema } from '../../src/config/setting-schema.ts';
import { loadConfig } from '../../src/settings/load.ts';
import { faultsOf, temporaryDirectory } from './config-under-test.ts';

const secret = { env: 'GATEWAY_SECRET' };
const env = { GATEWAY_SECRET: 'a-secret-of-the-gateway-of-40-characters' };
const sender = '+12025550100';
const publicUrl = 'https://receipts.bank.example';

const proof = { kind: 'signed-url', key: secret };
const reports = { proof, statePath: 'status', delivered: ['1'], undelivered: ['2'] };
const twilio = { kind: 'twilio', accountSid: 'AC1', authToken: secret, sender };
const http = {
  kind: 'http',
  url: 'https://gateway.example/send',
  body: '{"to":"{to}","text":"{text}","callback":"{receiptUrl}"}',
  accepted: { statuses: [200] },
};

const gateways = [
  { ...twilio, receipts: {}, reportVerified: true },
  { kind: 'vonage', apiKey: secret, apiSecret: secret, sender, receipts: { signatureSecret: secret } },
  {
    ...{ kind: 'aws', region: 'eu-west-1', accessKeyId: 'AKID', secretAccessKey: secret, sender },
    receipts: { topicArn: 'arn:aws:sns:eu-west-1:123456789012:sms-events' },
  },
  { kind: 'infobip', baseUrl: 'https://a.api.infobip.com', apiKey: secret, sender, receipts: { proof } },
  { ...http, receipts: reports },
];

const faults = (gateway: object, receipts: object | undefined = { publicUrl }, profile = 'production') =>
  faultsOf({
    env,
    overrides: { profile, 'sms.gateway': gateway, ...(receipts && { receipts }) },
  }).filter(({ path }) => /^(sms\.gateway|receipts)/.test(path));

test('each kind that calls us with receipts is asked here', () => {
  const called = deliveringKinds.filter(({ settings }) => {
    const { receipts }: Readonly<Record<string, SettingSchema>> = settings.properties;
    return receipts?.properties !== undefined;
  });
  assert.deepEqual(
    gateways.map(({ kind }) => kind),
    called.map(({ kind }) => kind),
  );
});

for (const gateway of gateways) {
  test(`production takes the receipts of ${gateway.kind}, with a place to bring them and not without`, () => {
    assert.deepEqual(faults(gateway), []);
    const members = [gateway, { ...twilio, name: 'other' }];
    assert.deepEqual(faults({ kind: 'failover', gateways: members }), []);
    const [lacking] = faultsOf({ env, overrides: { 'sms.gateway': gateway } });
    assert.equal(lacking?.path, 'sms.gateway');
    assert.match(lacking.reason, /nothing says where gateways can bring them/);
  });
}

test('the receipts of a gateway can be given one by one in the environment, whichever kind it is', (t) => {
  const config = loadConfig({
    env: {
      ...env,
      GSP_OTP_SMS_GATEWAY_KIND: 'aws',
      GSP_OTP_SMS_GATEWAY_REGION: 'eu-west-1',
      GSP_OTP_SMS_GATEWAY_ACCESS_KEY_ID: 'AKID',
      GSP_OTP_SMS_GATEWAY_SECRET_ACCESS_KEY_ENV: 'GATEWAY_SECRET',
      GSP_OTP_SMS_GATEWAY_SENDER: 'Exemplo',
      GSP_OTP_SMS_GATEWAY_RECEIPTS_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:sms-events',
      GSP_OTP_RECEIPTS_PUBLIC_URL: publicUrl,
    },
    overrides: { dataDirectory: temporaryDirectory(t) },
  });
  assert.ok(config.sms.gateway.kind === 'aws');
  assert.equal(config.sms.gateway.receipts?.topicArn, 'arn:aws:sns:eu-west-1:123456789012:sms-events');
  assert.equal(config.receipts?.path, '/receipts');
  assert.equal(config.receipts.port, 8082);
});

test('receipts that nothing could prove, or match with a text, are refused', () => {
  const header = { kind: 'header', header: 'X-Secret', secret };
  const hmac = { kind: 'hmac', header: 'X-Signature', key: secret };
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ ...twilio, apiKeySid: 'SK1', receipts: {} }, /accountAuthToken is missing/],
    [http, /\{receiptUrl\} and no receipts/],
    [{ ...http, receipts: { ...reports, proof: header } }, /name no text/],
    [{ ...http, receipts: { ...reports, proof: header, messageIdPath: 'id' } }, /name no text/],
    [
      { ...http, receipts: { ...reports, proof: hmac, from: 'query', referencePath: 'ref' } },
      /HMAC of the body does not prove/,
    ],
  ];
  for (const [gateway, reason] of cases) {
    assert.match(faults(gateway)[0]?.reason ?? '', reason, JSON.stringify(gateway));
  }
  const accepted = { statuses: [200], messageIdPath: 'id' };
  const sound = [
    { ...twilio, apiKeySid: 'SK1', receipts: { accountAuthToken: secret } },
    { ...http, receipts: { ...reports, proof: header, referencePath: 'ref' } },
    { ...http, accepted, receipts: { ...reports, proof: header, messageIdPath: 'id' } },
  ];
  for (const gateway of sound) assert.deepEqual(faults(gateway), []);
});

test('a proof of an unknown kind, or with a secret that is too short, is refused', () => {
  const [unknown] = faults({ ...http, receipts: { ...reports, proof: { kind: 'none' } } });
  assert.equal(unknown?.path, 'sms.gateway.receipts.proof.kind');
  const short = { kind: 'signed-url', key: { value: 'too-short' } };
  const [fault] = faults({ ...http, receipts: { ...reports, proof: short } }, { publicUrl }, 'sandbox');
  assert.equal(fault?.path, 'sms.gateway.receipts.proof.key');
});

test('the listener has a port of its own and, in production, a public URL over https', () => {
  const [gateway] = gateways;
  assert.ok(gateway);
  for (const port of [8080, 8081]) {
    assert.match(faults(gateway, { publicUrl, port })[0]?.reason ?? '', /is taken by/);
  }
  const clear = { publicUrl: 'http://receipts.bank.example' };
  assert.deepEqual(faults(gateway, clear, 'sandbox'), []);
  assert.match(faults(gateway, clear)[0]?.reason ?? '', /plain HTTP/);
  for (const each of ['receipts.bank.example', `${publicUrl}/`, `${publicUrl}?a`, 'https://u@b.example']) {
    assert.equal(faults(gateway, { publicUrl: each })[0]?.path, 'receipts.publicUrl');
  }
  assert.equal(faults(gateway, { publicUrl, path: 'receipts/' })[0]?.path, 'receipts.path');
});

test('what is told of verified codes goes over https in production', () => {
  const vonage = { ...gateways[1], conversionUrl: 'http://127.0.0.1:9' };
  assert.deepEqual(faults(vonage), [], 'nothing is told');
  assert.match(faults({ ...vonage, reportVerified: true })[0]?.reason ?? '', /plain HTTP/);
  const told = (url: string, body = '{"id":"{messageId}"}') =>
    faults({ ...http, body: '{}', verified: { url, body } })[0];
  assert.equal(told('https://gateway.example/{messageId}'), undefined);
  assert.match(told('http://gateway.example/{messageId}')?.reason ?? '', /plain HTTP/);
  assert.equal(told('https://gateway.example/{to}')?.path, 'sms.gateway.verified.url');
  assert.match(told('https://gateway.example/?key={secrets.key}')?.reason ?? '', /not given: key/);
});
