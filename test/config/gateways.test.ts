import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOf } from './config-under-test.ts';

const secret = { env: 'GATEWAY_SECRET' };
const environment = { GATEWAY_SECRET: 'a-secret-of-the-gateway' };

const sender = '+12025550100';

const gateways = [
  { kind: 'twilio', accountSid: 'AC1', authToken: secret, sender },
  { kind: 'vonage', apiKey: secret, apiSecret: secret, sender },
  { kind: 'aws', region: 'eu-west-1', accessKeyId: 'AKID', secretAccessKey: secret, sender },
  { kind: 'infobip', baseUrl: 'https://abc123.api.infobip.com', apiKey: secret, sender },
];

const faultsAt = (gateway: object, profile: string) =>
  faultsOf({ environment, overrides: { profile, 'sms.gateway': gateway } }).filter(({ path }) =>
    path.startsWith('sms.gateway'),
  );

for (const gateway of gateways) {
  test(`production takes ${gateway.kind} with its least settings`, () => {
    assert.deepEqual(faultsAt(gateway, 'production'), []);
  });

  test(`production speaks to ${gateway.kind} over https only`, () => {
    const clear = { ...gateway, baseUrl: 'http://127.0.0.1:9' };
    assert.deepEqual(faultsAt(clear, 'sandbox'), []);
    assert.match(faultsAt(clear, 'production')[0]?.reason ?? '', /plain HTTP/);
  });
}

test('a base URL with a slash at its end, a query or a user is refused', () => {
  for (const baseUrl of ['https://a.example/', 'https://a.example?b', 'https://u:p@a.example', 'a.example']) {
    assert.equal(faultsAt({ ...gateways[0], baseUrl }, 'sandbox')[0]?.path, 'sms.gateway.baseUrl');
  }
});
