import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../src/settings/load.ts';
import { type HttpKindName, type KindName, rowsOf } from '../adapters/gateways/shared/kind-names.ts';
import { faultsOf, temporaryDirectory } from './config-under-test.ts';

const secret = { env: 'GATEWAY_SECRET' };
const env = { GATEWAY_SECRET: 'a-secret-of-the-gateway', SMPP_PASSWORD: 'eight888' };
const sender = '+12025550100';

const generic = {
  kind: 'http',
  url: 'https://gateway.example/send?key={secrets.key}',
  body: '{"to":"{to}","text":"{text}"}',
  secrets: { key: secret },
  accepted: { statuses: [200] },
};

const smpp = {
  kind: 'smpp',
  host: 'smsc.example',
  port: 3550,
  systemId: 'exemplo',
  password: { env: 'SMPP_PASSWORD' },
  sender: 'Exemplo',
};

/** The least that a gateway over HTTP needs. */
const overHttp: Readonly<Record<HttpKindName, object>> = {
  twilio: { kind: 'twilio', accountSid: 'AC1', authToken: secret, sender },
  vonage: { kind: 'vonage', apiKey: secret, apiSecret: secret, sender },
  aws: { kind: 'aws', region: 'eu-west-1', accessKeyId: 'AKID', secretAccessKey: secret, sender },
  infobip: { kind: 'infobip', baseUrl: 'https://abc123.api.infobip.com', apiKey: secret, sender },
  http: generic,
};
const least: Readonly<Record<KindName, object>> = { ...overHttp, smpp };
const { twilio, vonage, aws, infobip } = overHttp;
const gateways = [twilio, vonage, aws, infobip];

const faultsAt = (gateway: object, profile: string) =>
  faultsOf({ env, overrides: { profile, 'sms.gateway': gateway } }).filter(({ path }) =>
    path.startsWith('sms.gateway'),
  );

test('production takes failover between gateways with names of their own', () => {
  assert.deepEqual(faultsAt({ kind: 'failover', gateways }, 'production'), []);
  const twins = { kind: 'failover', gateways: [twilio, twilio] };
  assert.match(faultsAt(twins, 'production')[0]?.reason ?? '', /same name/);
  const clear = { ...vonage, baseUrl: 'http://127.0.0.1:9' };
  const withClear = { kind: 'failover', gateways: [twilio, clear] };
  assert.match(faultsAt(withClear, 'production')[0]?.reason ?? '', /plain HTTP/);
});

test('production speaks SMPP over TLS, or over a line that is said to be private', () => {
  assert.deepEqual(faultsAt(smpp, 'production'), []);
  const clear = { ...smpp, tls: false };
  assert.deepEqual(faultsAt(clear, 'sandbox'), []);
  assert.match(faultsAt(clear, 'production')[0]?.reason ?? '', /without TLS/);
  assert.deepEqual(faultsAt({ ...clear, privateLink: true }, 'production'), []);
  const second = { kind: 'failover', gateways: [twilio, clear] };
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
    ['messageIds', 'octal'],
    ['serviceType', 'sixsix'],
    ['bindMode', 'receiver'],
    ['charset', 'utf-8'],
    ['dataCoding', 4],
    ['validity', 'never'],
    ['recipientTon', -1],
    ['ratePerSecond', 0],
  ] as const) {
    assert.equal(faultsAt({ ...smpp, [name]: value }, 'sandbox')[0]?.path, `sms.gateway.${name}`, name);
  }
  for (const refusals of [{ 1035: 'quota' }, { '0x0000040b': 'money' }]) {
    assert.match(faultsAt({ ...smpp, refusals }, 'sandbox')[0]?.path ?? '', /^sms\.gateway\.refusals/);
  }
});

test('what SMPP reads otherwise than it is meant is refused, and can be allowed knowingly', () => {
  const long = { value: 'nine char' };
  for (const [changes, reason] of [
    [{ password: long }, /^smpp has a password of 9 characters, where SMPP 3\.4 has room for 8/],
    [
      { systemId: 'sixteen-letters!' },
      /^smpp has a systemId of 16 characters, where SMPP 3\.4 has room for 15/,
    ],
    [{ password: { value: 'pässword' } }, /password that is not ASCII/],
    [{ longCredentials: true, password: { value: 'x'.repeat(65) } }, /password of 65 characters/],
    [{ dataCoding: 3 }, /dataCoding without a charset/],
    [{ tls: false, clientCertificate: { certificate: secret, key: secret } }, /tls: false/],
  ] as const) {
    const [fault] = faultsAt({ ...smpp, ...changes }, 'sandbox');
    assert.match(fault?.reason ?? '', reason);
    assert.ok(!JSON.stringify(fault).includes('nine char'));
    const member = { kind: 'failover', gateways: [twilio, { ...smpp, ...changes }] };
    assert.match(faultsAt(member, 'sandbox')[0]?.reason ?? '', reason);
  }
  for (const changes of [
    { password: { value: 'eight888' }, systemId: 'fifteen-letters' },
    { password: long, systemId: 'x'.repeat(64), longCredentials: true },
    { charset: 'latin-1', dataCoding: 3 },
    { clientCertificate: { certificate: secret, key: secret } },
  ]) {
    assert.deepEqual(faultsAt({ ...smpp, ...changes }, 'sandbox'), []);
  }
});

test('production speaks to a generic gateway over https only, with a secret in the URL', () => {
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
    const faults = faultsAt({ kind: 'failover', gateways: [twilio, { kind }] }, 'sandbox');
    assert.equal(faults[0]?.path, 'sms.gateway.gateways.1.kind');
  }
  const mute = { ...vonage, sender: undefined };
  const faults = faultsAt({ kind: 'failover', gateways: [twilio, mute] }, 'sandbox');
  assert.equal(faults[0]?.path, 'sms.gateway.gateways.1.sender');
});

for (const [kind, gateway] of rowsOf(least)) {
  test(`production takes ${kind} with its least settings`, () => {
    assert.deepEqual(faultsAt(gateway, 'production'), []);
  });
}

for (const [kind, gateway] of rowsOf(overHttp)) {
  const urlName = kind === 'http' ? 'url' : 'baseUrl';

  test(`production speaks to ${kind} over https only`, () => {
    const clear = { ...gateway, [urlName]: 'http://127.0.0.1:9' };
    assert.deepEqual(faultsAt(clear, 'sandbox'), []);
    assert.match(faultsAt(clear, 'production')[0]?.reason ?? '', /plain HTTP/);
  });

  test(`${kind} may be reached through a proxy, a mesh or by a private authority`, () => {
    const files = { file: join(import.meta.dirname, 'gateways.test.ts') };
    const link = {
      tlsCa: files,
      clientCertificate: { certificate: files, key: secret, passphrase: secret },
      proxy: { url: 'http://proxy.bank.example:3128', user: 'bank', password: secret },
    };
    assert.deepEqual(faultsAt({ ...gateway, ...link }, 'production'), []);
    const inside = { ...gateway, [urlName]: 'http://broker.mesh', privateLink: true };
    assert.deepEqual(faultsAt(inside, 'production'), []);
    for (const url of [
      'http://u:p@proxy',
      'https://proxy',
      'proxy:3128',
      'http://proxy/',
      'http://proxy?a',
    ]) {
      assert.equal(faultsAt({ ...gateway, proxy: { url } }, 'sandbox')[0]?.path, 'sms.gateway.proxy.url');
    }
    for (const half of [{ user: 'bank' }, { password: secret }]) {
      const proxy = { url: 'http://proxy', ...half };
      assert.match(faultsAt({ ...gateway, proxy }, 'sandbox')[0]?.reason ?? '', /a user and no password/);
    }
  });
}

test('a sender of letters that phones have no room for is warned of', (t) => {
  const warned = (gateway: object) =>
    loadConfig({
      env,
      overrides: { 'sms.gateway': gateway, dataDirectory: temporaryDirectory(t) },
    }).warnings.some((text) => text.includes('11 characters'));
  for (const gateway of [twilio, vonage, infobip]) {
    assert.equal(warned({ ...gateway, sender: 'Banco Exempl' }), true);
    assert.equal(warned({ ...gateway, senders: { IN: 'BANCOEXEMPLO' } }), true);
    assert.equal(warned({ ...gateway, sender: 'BancoExempl' }), false);
    assert.equal(warned({ ...gateway, sender: '+12025550100' }), false);
  }
  assert.equal(warned({ ...twilio, sender: `MG${'0'.repeat(32)}` }), false);
});

test('a base URL with a slash at its end, a query or a user is refused', () => {
  for (const baseUrl of ['https://a.example/', 'https://a.example?b', 'https://u:p@a.example', 'a.example']) {
    assert.equal(faultsAt({ ...twilio, baseUrl }, 'sandbox')[0]?.path, 'sms.gateway.baseUrl');
  }
});

const routed = (...routes: readonly object[]) =>
  faultsAt({ kind: 'failover', gateways, routes }, 'production').map(
    ({ path, reason }) => `${path} ${reason}`,
  );

test('production takes routes by prefix, ordered and weighted', () => {
  const faults = routed(
    { prefixes: ['+91', '+880'], gateways: ['infobip', 'twilio'], weights: [80, 20] },
    { prefixes: ['+1'], gateways: ['twilio'] },
    { prefixes: ['+'], gateways: ['vonage', 'aws'], weights: [0, 1] },
  );
  assert.deepEqual(faults, []);
});

for (const [what, route, fault] of [
  ['a gateway that there is not', { gateways: ['msg91'] }, /routes\.0 names msg91, which is no gateway/],
  ['too few weights', { weights: [1] }, /routes\.0 has 1 weights for 2 gateways/],
  ['no weight above 0', { weights: [0, 0] }, /routes\.0 has no weight above 0/],
  ['a prefix twice', { prefixes: ['+91', '+91'] }, /routes\.0\.prefixes .*twice/],
  ['a gateway twice', { gateways: ['twilio', 'twilio'] }, /routes\.0\.gateways .*twice/],
  ['a prefix without +', { prefixes: ['91'] }, /routes\.0\.prefixes\.0 /],
  ['a prefix that no number begins with', { prefixes: ['+0'] }, /routes\.0\.prefixes\.0 /],
  ['a negative weight', { weights: [1, -1] }, /routes\.0\.weights\.1 /],
] as const) {
  test(`a route with ${what} is refused`, () => {
    const faults = routed({ prefixes: ['+91'], gateways: ['twilio', 'vonage'], ...route });
    assert.equal(faults.length, 1, faults.join('\n'));
    assert.match(faults[0] ?? '', fault);
  });
}

test('two routes for one prefix are refused', () => {
  const route = { prefixes: ['+91'], gateways: ['twilio'] };
  assert.match(routed(route, route)[0] ?? '', /two routes have the prefix \+91/);
});

test('every gateway takes senders by country, and no country that there is not', () => {
  for (const gateway of Object.values(least)) {
    assert.deepEqual(faultsAt({ ...gateway, senders: { IN: 'EXBANK' } }, 'production'), []);
    const faults = faultsAt({ ...gateway, senders: { XX: 'EXBANK' } }, 'production');
    assert.equal(faults[0]?.path, 'sms.gateway.senders.XX');
  }
});

test('a template with {sender} needs one for every country', () => {
  const template = { ...generic, body: '{"from":"{sender}"}', senders: { IN: 'EXBANK' } };
  assert.match(faultsAt(template, 'production')[0]?.reason ?? '', /no sender for every country/);
  assert.deepEqual(faultsAt({ ...template, sender: 'Exemplo' }, 'production'), []);
});

test('a check of credentials is spoken over https, with secrets that are given, about no message', () => {
  const check = { url: 'https://gateway.example/balance?key={secrets.key}' };
  assert.deepEqual(faultsAt({ ...generic, check }, 'production'), []);
  const reasonOf = (url: string) => faultsAt({ ...generic, check: { url } }, 'production')[0]?.reason ?? '';
  assert.match(reasonOf('http://gateway.example/balance'), /plain HTTP/);
  assert.match(reasonOf('https://gateway.example/?key={secrets.other}'), /not given: other/);
  assert.match(reasonOf('https://gateway.example/?to={to}'), /\{to\}/);
});

test('ids for India are digits, by text', () => {
  const faultsIn = (dlt: object) =>
    faultsOf({ overrides: { 'sms.dlt': dlt } }).filter(({ path }) => path.startsWith('sms.dlt'));
  const templateIds = { 'hi.association': '1107', 'pt-BR.general': '1108', default: '1109' };
  assert.deepEqual(faultsIn({ entityId: '1101', templateIds }), []);
  assert.equal(
    faultsIn({ entityId: '1101', templateIds: { hi: '1107' } })[0]?.path,
    'sms.dlt.templateIds.hi',
  );
  assert.equal(faultsIn({ entityId: 'x', templateIds })[0]?.path, 'sms.dlt.entityId');
});

test('who texts to India by name and has no ids for it is warned', (t) => {
  const warningsWith = (more: object) =>
    loadConfig({
      env,
      overrides: {
        dataDirectory: temporaryDirectory(t),
        'sms.gateway': twilio,
        'phoneNumbers.allowedCountries': ['IN'],
        ...more,
      },
    }).warnings.filter((text) => text.startsWith('sms.dlt'));
  assert.equal(warningsWith({}).length, 1);
  assert.deepEqual(warningsWith({ 'phoneNumbers.allowedCountries': ['BR'] }), []);
  assert.deepEqual(warningsWith({ 'sms.dlt': { entityId: '1101', templateIds: { default: '1107' } } }), []);
});
