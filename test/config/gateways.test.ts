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

test('production takes failover between gateways with names of their own', () => {
  assert.deepEqual(faultsAt({ kind: 'failover', gateways }, 'production'), []);
  const twins = { kind: 'failover', gateways: [gateways[0], gateways[0]] };
  assert.match(faultsAt(twins, 'production')[0]?.reason ?? '', /same name/);
  const clear = { ...gateways[1], baseUrl: 'http://127.0.0.1:9' };
  const withClear = { kind: 'failover', gateways: [gateways[0], clear] };
  assert.match(faultsAt(withClear, 'production')[0]?.reason ?? '', /plain HTTP/);
});

const smpp = {
  kind: 'smpp',
  host: 'smsc.example',
  port: 3550,
  systemId: 'exemplo',
  password: secret,
  sender: 'Exemplo',
};

test('production speaks SMPP over TLS, or over a line that is said to be private', () => {
  assert.deepEqual(faultsAt(smpp, 'production'), []);
  const clear = { ...smpp, tls: false };
  assert.deepEqual(faultsAt(clear, 'sandbox'), []);
  assert.match(faultsAt(clear, 'production')[0]?.reason ?? '', /without TLS/);
  assert.deepEqual(faultsAt({ ...clear, privateLink: true }, 'production'), []);
  const second = { kind: 'failover', gateways: [gateways[0], clear] };
  assert.match(faultsAt(second, 'production')[0]?.reason ?? '', /without TLS/);
});

test('what SMPP has no room for is refused', () => {
  for (const [name, value] of [
    ['sender', 'more than twenty chars'],
    ['sender', 'Café'],
    ['systemType', 'fourteen chars'],
    ['port', 0],
    ['window', 0],
    ['senderTon', 256],
    ['enquireLinkMs', 10],
    ['host', 'smsc.example:2775/'],
    ['messageIds', 'hex'],
  ] as const) {
    assert.equal(faultsAt({ ...smpp, [name]: value }, 'sandbox')[0]?.path, `sms.gateway.${name}`, name);
  }
  for (const refusals of [{ 1035: 'quota' }, { '0x0000040b': 'money' }]) {
    assert.match(faultsAt({ ...smpp, refusals }, 'sandbox')[0]?.path ?? '', /^sms\.gateway\.refusals/);
  }
});

const generic = {
  kind: 'http',
  url: 'https://gateway.example/send?key={secrets.key}',
  body: '{"to":"{to}","text":"{text}"}',
  secrets: { key: secret },
  accepted: { statuses: [200] },
};

test('production takes a generic gateway, over https only', () => {
  assert.deepEqual(faultsAt(generic, 'production'), []);
  const clear = { ...generic, url: 'http://gateway.example/send?key={secrets.key}' };
  assert.match(faultsAt(clear, 'production')[0]?.reason ?? '', /plain HTTP/);
});

test('a template with a word that stands for nothing is refused', () => {
  for (const [name, template] of [
    ['body', '{"to":"{phone}"}'],
    ['body', '{secrets.}'],
    ['url', 'https://gateway.example/{To}'],
    ['url', 'gateway.example'],
  ] as const) {
    assert.equal(
      faultsAt({ ...generic, [name]: template }, 'sandbox')[0]?.path,
      `sms.gateway.${name}`,
      template,
    );
  }
  const lacking = faultsAt({ ...generic, secrets: {} }, 'sandbox');
  assert.match(lacking[0]?.reason ?? '', /a secret that is not given: key/);
});

test('failover takes neither the inbox nor failover, and tells faults by position', () => {
  for (const kind of ['inbox', 'failover']) {
    const faults = faultsAt({ kind: 'failover', gateways: [gateways[0], { kind }] }, 'sandbox');
    assert.equal(faults[0]?.path, 'sms.gateway.gateways.1.kind');
  }
  const mute = { ...gateways[1], sender: undefined };
  const faults = faultsAt({ kind: 'failover', gateways: [gateways[0], mute] }, 'sandbox');
  assert.equal(faults[0]?.path, 'sms.gateway.gateways.1.sender');
});

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
