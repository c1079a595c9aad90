import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskText, withoutCredentials } from '../../src/config/literal-credentials.ts';
import { inspectConfig } from '../../src/settings/load.ts';
import { faultsOf } from './config-under-test.ts';

const secret = 'L1teral';

const faults = (gateway: object, profile = 'production') =>
  faultsOf({
    env: { KEY: 'kept-elsewhere' },
    overrides: {
      profile,
      'sms.gateway': {
        kind: 'http',
        url: 'https://gateway.example/send',
        secrets: { key: { env: 'KEY' } },
        ...gateway,
      },
    },
  }).filter(({ path }) => path.startsWith('sms.gateway'));

const requests: readonly (readonly [what: string, request: object])[] = [
  ['a user and a password', { url: `https://user:${secret}@gateway.example/` }],
  ['a user that is a token', { url: `https://${secret}@gateway.example/` }],
  ['a password with an at sign', { url: `https://user:p@${secret}@gateway.example/` }],
  ['a query with semicolons', { url: `https://gateway.example/?r=4;sig=${secret}` }],
  ['a query behind a question mark', { url: `https://gateway.example/?route=4?apikey=${secret}` }],
  ['a fragment', { url: `https://gateway.example/#access_token=${secret}` }],
  ...['apikey', 'api_key', 'key', 'access-token', 'Password', 'sig', 'auth', 'pwd', 'passcode'].map(
    (name) =>
      [`a query with ${name}`, { url: `https://gateway.example/?route=4&${name}=${secret}` }] as const,
  ),
  ...[
    'authorization',
    'X-API-Key',
    'api-token',
    'Cookie',
    'Ocp-Apim-Subscription-Key',
    'proxy-authorization',
  ].map((name) => [`a header ${name}`, { headers: { [name]: secret } }] as const),
  ['a bearer in any header', { headers: { 'x-other': `Bearer ${secret}` } }],
  ['a basic login', { headers: { authorization: `Basic ${secret}` } }],
  ['a member of a JSON body', { body: `{"route": 4, "apiKey": "${secret}"}` }],
  ['a member deep in a JSON body', { body: `[{"auth": {"password" : "${secret}"}}]` }],
  ['a field of a form', { bodyType: 'form', body: `to={to}&password=${secret}` }],
];

/** The same in each place where a request is described. */
for (const [what, request] of requests) {
  for (const [place, gateway] of [
    ['', request],
    [
      'check',
      'body' in request ? undefined : { check: { url: 'https://gateway.example/balance', ...request } },
    ],
    [
      'verified',
      'headers' in request || 'bodyType' in request
        ? undefined
        : { verified: { url: 'https://gateway.example/ok', ...request } },
    ],
  ] as const) {
    if (gateway === undefined) continue;
    test(`production refuses ${what} in ${place || 'the request'}, and nothing shows it`, () => {
      const [fault] = faults(gateway);
      assert.match(fault?.reason ?? '', /has credentials in the configuration itself/);
      assert.ok(!JSON.stringify(fault).includes(secret));
      assert.deepEqual(faults(gateway, 'sandbox'), []);
      const shown = JSON.stringify(withoutCredentials(gateway));
      assert.ok(!shown.includes(secret), shown);
    });
  }
}

test('what is kept elsewhere, or no credential, is taken and shown', () => {
  const gateway = {
    url: 'https://user:{secrets.key}@gateway.example/send?apikey={secrets.key}&to={to}&route=4',
    headers: {
      authorization: 'Bearer {secrets.key}',
      'x-api-key': '{secrets.key}',
      'content-type': 'application/json',
      accept: 'application/vnd.gateway.v2+json',
      'x-author': 'bank',
    },
    body: '{"key": "sms", "to": "{to}", "token": "{secrets.key}", "ref": "{reference}", "text": "{text}"}',
  };
  assert.deepEqual(faults(gateway), []);
  assert.deepEqual(withoutCredentials(gateway), gateway);
});

test('a fault of a setting shows no credential in it', () => {
  for (const gateway of [
    { url: `https://user:${secret}@gateway.example/{nonsense}` },
    { url: `ftp://user:${secret}@gateway.example/` },
    { headers: { authorization: `Bearer ${secret} {nonsense}` } },
    { body: `{"password": "${secret}", "x": "{nonsense}"}` },
    { proxy: { url: `http://user:${secret}@proxy.example:3128` } },
    { proxy: { url: `user:${secret}@proxy.example:3128` } },
  ]) {
    const found = faults(gateway, 'sandbox');
    assert.ok(found.length > 0);
    assert.ok(!JSON.stringify(found).includes(secret), JSON.stringify(found));
  }
});

test('no message repeats the value of a query, whatever it is called, nor a header whose name may be a key', () => {
  for (const [setting, value] of Object.entries({
    'sms.gateway': { kind: 'infobip', baseUrl: 'http://gateway.example?p=hunter2pw', sender: 'Bank' },
    'receipts.publicUrl': 'ftp://u:hunter2pw@h.bank.net/?p=hunter2pw',
    'http.basePaths': ['/v1?p=hunter2pw'],
    'directory.kind': 'postgres://u:hunter2pw@h/db?p=hunter2pw',
    'store.kind': 'hunter2pwhunter2pwhunter2pw',
    'log.level': 'x?p=hunter2pw',
  })) {
    const { faults: found } = inspectConfig({ env: {}, overrides: { [setting]: value } });
    assert.ok(found.length > 0, setting);
    assert.ok(!JSON.stringify(found).includes('hunter2pw'), JSON.stringify(found));
  }
  const [fault] = inspectConfig({
    env: {},
    flags: { 'sms.gateway.headers.sk4live9Hq2Zt7Wm5': 'x' },
  }).faults;
  assert.ok(fault);
  assert.ok(!JSON.stringify(fault).includes('sk4live'), JSON.stringify(fault));
  assert.deepEqual(withoutCredentials({ headers: { hunter2pw: '<your x>', 'x-sender': 'Bank' } }), {
    headers: { '***': '<your x>', 'x-sender': 'Bank' },
  });
});

test('a key in base64 is masked though it has slashes, and a key after ? or # though it has no name', () => {
  const key = 'q3/Zk+8Yw1/uT5mNe7xRa0LbV9cGh2JdKsPo4iFyQtE=';
  for (const text of [key, `/${key}`]) assert.equal(maskText(text), '***');
  for (const before of ['?', '#', '?a=1&']) {
    assert.equal(maskText(`https://gateway.example/${before}${key}`), `https://gateway.example/${before}***`);
  }
  assert.equal(maskText('/etc/gsp-otp/keys/2027-01-15.pem'), '/etc/gsp-otp/keys/2027-01-15.pem');
});

test('what may be a key within the path of a URL is masked, and words are not', () => {
  for (const [url, shown] of [
    [
      'https://gateway.example/bot123456789:AAEhBOweik6ad9r/send?to={to}',
      'https://gateway.example/***/send?to={to}',
    ],
    ['https://gateway.example/v1/0a1b2c3d4e5f60718293', 'https://gateway.example/v1/***'],
    ['https://gateway12345678.example:8443/', 'https://gateway12345678.example:8443/'],
    ['https://gateway12345678.example', 'https://gateway12345678.example'],
    ['https://gateway.example/version1/messaging/bulk', 'https://gateway.example/version1/messaging/bulk'],
    ['https://gateway.example/send-text-messages-v2/', 'https://gateway.example/send-text-messages-v2/'],
    ['https://gateway.example/{secrets.key}/send', 'https://gateway.example/{secrets.key}/send'],
  ]) {
    assert.equal(withoutCredentials(url), shown);
  }
});
