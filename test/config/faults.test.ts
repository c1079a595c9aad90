import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { directoryKinds } from '../../src/adapters/directory/catalog.ts';
import { explainError } from '../../src/cli/terminal/explain-error.ts';
import { Failure } from '../../src/cli/terminal/failure.ts';
import { ConfigError, describeFault, nearestName } from '../../src/config/faults.ts';
import { UnavailableError } from '../../src/ports/unavailable.ts';
import { formerNames, namedSettings } from '../../src/settings/named-settings.ts';
import { faultsOf, temporaryFile } from './config-under-test.ts';

function faultLines(text: Parameters<typeof faultsOf>[0]): readonly string[] {
  return faultsOf(text).map(describeFault);
}

test('all faults are told at once, with path, reason, what is accepted, and the line', (t) => {
  const file = temporaryFile(
    t,
    'a.yaml',
    'http:\n  prot: 80\n  port: 99999\n  basePaths: [v1]\nlog: {level: inof}\nquotas:\n  sendsGlobal: {max: 5}\n',
  );
  const names =
    'host, port, basePaths, methods, bodyBytesMax, requestTimeoutMs, keepAliveTimeoutMs, connectionsMax, tls, behindProxy';
  assert.deepEqual(faultLines({ file }), [
    `http.prot: is not a setting; accepted: ${names}. Did you mean port? (${file}:2)`,
    `http.port: is 99999; accepted: an integer from 0 to 65535. (${file}:3)`,
    `http.basePaths.0: is the text "v1"; accepted: a path such as /v1 or /wallet/e-wallets-v1: starts with /, has no slash at its end and no method name. (${file}:4)`,
    `quotas.sendsGlobal.windowMs: is missing; accepted: an integer from 60000 to 2505600000 (ms). (${file}:7)`,
    `log.level: is the text "inof"; accepted: fatal, error, warn, info, debug, trace or silent. Did you mean info? (${file}:5)`,
  ]);
});

test('[OQ-85] what can’t be seen in a text setting is named', () => {
  const sender = { 'sms.gateway.kind': 'twilio', 'sms.gateway.accountSid': `AC${'0'.repeat(32)}` };
  for (const [overrides, reason] of [
    [{ 'sms.brand': 'Banco\u202EX' }, 'sms.brand: has the invisible character U+202E at place 6'],
    [
      { 'sms.brand': 'Ac\u200Cme' },
      'sms.brand: has the invisible character U+200C at place 3, where no script',
    ],
    [
      { ...sender, 'sms.gateway.sender': 'A\u200Bcme' },
      'sms.gateway.sender: has the invisible character U+200B',
    ],
    [
      { 'codes.secrets': [{ id: 'a\u00ADb' }] },
      'codes.secrets.0.id: has the invisible character U+00AD at place 2',
    ],
  ] as const) {
    const lines = faultLines({ overrides });
    assert.ok(
      lines.some((line) => line.startsWith(reason)),
      lines.join('\n'),
    );
  }
  assert.deepEqual(faultLines({ overrides: { 'sms.brand': 'فروش\u200Cگاه ❤\uFE0F' } }), []);
});

test('a number where a text is due is told to be quoted, in every text setting', (t) => {
  const file = temporaryFile(
    t,
    'a.yaml',
    [
      'sms: {gateway: {kind: twilio, accountSid: 20255, authToken: {value: 20255}, sender: +12025550100,',
      '  senders: {US: 20255}, name: 7}, brand: 24, defaultLanguage: true, templatesFile: 5, dlt: {entityId: 1}}',
      'http: {host: 1, basePaths: [1]}',
      'dataDirectory: 2026',
    ].join('\n'),
  );
  const quoted = new Set(
    faultsOf({ file })
      .filter(({ accepted }) => /in quotes/.test(accepted))
      .map(({ path }) => path),
  );
  for (const path of [
    'sms.gateway.accountSid',
    'sms.gateway.authToken',
    'sms.gateway.sender',
    'sms.gateway.senders.US',
    'sms.gateway.name',
    'sms.brand',
    'sms.defaultLanguage',
    'sms.templatesFile',
    'sms.dlt.entityId',
    'http.host',
    'http.basePaths.0',
    'dataDirectory',
  ]) {
    assert.ok(quoted.has(path), path);
  }
});

test('names that are not settings are told wherever they stand', () => {
  const faults = faultsOf({
    env: { GSP_OTP_HTTP_PROT: '1', OTHER: 'x' },
    overrides: { 'requests.budgetMS': 1, __proto__: 1, 'log.level.x': 1 },
  });
  assert.deepEqual(
    faults.map(({ path, nearest }) => [path, nearest]),
    [
      ['GSP_OTP_HTTP_PROT', 'GSP_OTP_HTTP_PORT'],
      ['log.level.x', 'log.level'],
      ['requests.budgetMS', 'requests.budgetMs'],
    ],
  );
});

test("variables that Kubernetes makes of Services are nobody's settings", () => {
  const links = (service: string) => ({
    [`${service}_SERVICE_HOST`]: '10.0.0.7',
    [`${service}_SERVICE_PORT`]: '8080',
    [`${service}_SERVICE_PORT_HTTPS_API`]: '8080',
    [`${service}_PORT`]: 'tcp://10.0.0.7:8080',
    [`${service}_PORT_8080_TCP`]: 'tcp://10.0.0.7:8080',
    [`${service}_PORT_8080_TCP_PROTO`]: 'tcp',
    [`${service}_PORT_8080_TCP_PORT`]: '8080',
    [`${service}_PORT_8080_TCP_ADDR`]: '10.0.0.7',
    [`${service}_PORT_53_UDP`]: 'udp://[fd00::7]:53',
  });
  for (const service of ['GSP_OTP', 'GSP_OTP_HTTP', 'GSP_OTP_OPERATOR', 'GSP_OTP_RECEIPTS', 'GSP_OTP_V2']) {
    assert.deepEqual(faultsOf({ env: links(service) }), [], service);
  }
  // What the pod itself is given stands.
  const env = { ...links('GSP_OTP_HTTP'), GSP_OTP_HTTP_PORT: '80807' };
  assert.deepEqual(
    faultsOf({ env }).map(({ path }) => path),
    ['http.port'],
  );
  assert.deepEqual(
    faultsOf({ env: { GSP_OTP_PORT: '8080', GSP_OTP_SERVICE: 'x' } }).map(({ path }) => path),
    ['GSP_OTP_PORT', 'GSP_OTP_SERVICE'],
  );
});

for (const [text, path] of [
  ['http: 5', 'http'],
  ['http: [1]', 'http'],
  ['- 1', ''],
  ['http: {basePaths: /v1}', 'http.basePaths'],
  ['http: {basePaths: []}', 'http.basePaths'],
  ['http: {basePaths: [/v1, /v1]}', 'http.basePaths'],
  ['http: {basePaths: [/v1/]}', 'http.basePaths.0'],
  ['http: {basePaths: [/v1/verifyOtp]}', 'http.basePaths.0'],
  ['http: {basePaths: [/a/../b]}', 'http.basePaths.0'],
  ['http: {port: "80"}', 'http.port'],
  ['http: {port: 80.5}', 'http.port'],
  ['http: {host: "0.0.0.0:80"}', 'http.host'],
  ['http: {host: "a b"}', 'http.host'],
  ['http: {methods: [sendOTP]}', 'http.methods.0'],
  ['profile: Production', 'profile'],
  ['sms: {gateway: {kind: carrier-pigeon}}', 'sms.gateway.kind'],
  ['sms: {gateway: {kind: inbox, sender: x}}', 'sms.gateway.sender'],
  ['sms: {brand: ""}', 'sms.brand'],
  ['sms: {brand: "a\\nb"}', 'sms.brand'],
  ['sms: {defaultLanguage: pt_BR}', 'sms.defaultLanguage'],
  ['phoneNumbers: {allowedCountries: [UK]}', 'phoneNumbers.allowedCountries.0'],
  ['quotas: {sendsPerCountry: {UK: {max: 1, windowMs: 60000}}}', 'quotas.sendsPerCountry.UK'],
  ['quotas: {sendsPerCountry: {default: {max: 1, windowMs: 60000}}}', undefined],
  ['operator: {port: 8080}', 'operator.port'],
  ['operator: {port: 8080, host: 127.0.0.2}', undefined],
  [
    'quotas: {sendsPerCountry: {BR: {max: 1, windowMs: 60000}}}\nphoneNumbers: {allowedCountries: [IN]}',
    'quotas.sendsPerCountry',
  ],
  ['a: [', ''],
  [`a: &a [x]\nb: [${'*a,'.repeat(200)}]\nc: &c [${'*a,'.repeat(50)}]\nd: [${'*c,'.repeat(50)}]`, ''],
  ['a: *missing', ''],
  ['log: {level: info}\nlog: {level: warn}', ''],
  ['', undefined],
  ['http:', undefined],
] as const) {
  test(`${JSON.stringify(text.slice(0, 90))} is ${path === undefined ? 'accepted' : `refused at '${path}'`}`, (t) => {
    const file = temporaryFile(t, 'a.yaml', `dataDirectory: .\n${text}`);
    const sources = text === '- 1' ? { file: temporaryFile(t, 'list.yaml', text) } : { file };
    const paths = new Set(faultsOf(sources).map((fault) => fault.path));
    assert.deepEqual([...paths], path === undefined ? [] : [path]);
  });
}

test('a file that is not there is one clear fault', () => {
  const [line, ...others] = faultLines({ file: 'no-such-file.yaml' });
  assert.match(
    line ?? '',
    /^the configuration file can't be read: .*no-such-file\.yaml does not exist; .*\)$/,
  );
  assert.deepEqual(others, []);
});

test('a setting that is no more, or has another name, is told with what to do, wherever it is given', (t) => {
  const file = temporaryFile(t, 'a.yaml', 'requests: {leaseMs: 10000}\n');
  assert.deepEqual(faultLines({ file, env: {}, flags: { 'payload.jwe.profile': 'jwe' } }).slice(0, 2), [
    `requests.leaseMs: is no longer a setting; accepted: nothing; remove it: it is 10 s, twice the longest requests.budgetMs. (${file}:1)`,
    'payload.jwe.profile: is no longer a setting; accepted: payload.jwe.seal, its new name. (--set payload.jwe.profile)',
  ]);
  for (const { path, variable } of formerNames) {
    const kind = path.startsWith('sms.gateway.') ? { GSP_OTP_SMS_GATEWAY_KIND: 'smpp' } : {};
    const faults = faultsOf({ env: { ...kind, [variable]: '1' } });
    const told = faults.find((fault) => fault.path === path);
    assert.equal(told?.reason, 'is no longer a setting', path);
    assert.deepEqual(told.origin, { kind: 'env', variable });
  }
  assert.ok(formerNames.length >= 10);
});

test('every number of the table accepts its bounds and refuses what is beyond them', () => {
  const numbers = namedSettings.filter(({ schema }) => schema.type === 'integer');
  assert.ok(numbers.length > 20);
  // Of the gateways, and of the stores, this kind has numbers; of the directories, whichever has this one.
  const kinds = { GSP_OTP_SMS_GATEWAY_KIND: 'smpp', GSP_OTP_STORE_KIND: 'postgres' };
  const kindOfDirectory = (schema: unknown) =>
    directoryKinds.find(({ settings }) => Object.values<unknown>(settings.properties).includes(schema))?.kind;
  const numberAndExcess = fc.tuple(fc.constantFrom(...numbers), fc.integer({ min: 1, max: 1_000_000 }));
  fc.assert(
    fc.property(numberAndExcess, ([{ path, variable, schema }, excess]) => {
      const { minimum = Number.NaN, maximum = Number.NaN } = schema;
      const directory = path.startsWith('directory.') && kindOfDirectory(schema);
      const kind = { ...kinds, ...(directory && { GSP_OTP_DIRECTORY_KIND: directory }) };
      const refuses = (value: number) =>
        faultsOf({ env: { ...kind, [variable]: String(value) } }).some(
          (fault) => fault.path === path && fault.accepted.startsWith('an integer from'),
        );
      assert.deepEqual([minimum - excess, minimum, maximum, maximum + excess].map(refuses), [
        true,
        false,
        false,
        true,
      ]);
    }),
    { numRuns: 60 },
  );
});

test('every setting has a meaning, every number its bounds, and every name says its unit', () => {
  for (const { path, schema } of namedSettings) {
    if (path.endsWith('.kind')) continue;
    assert.ok(schema.description, `${path} has no description`);
    if (schema.type !== 'integer') continue;
    assert.ok(schema.minimum !== undefined && schema.maximum !== undefined, `${path} has no bounds`);
    assert.equal(path.endsWith('Ms'), schema.unit === 'ms', `${path} is named otherwise than its unit`);
  }
});

test('variables are told apart', () => {
  const variables = namedSettings.map(({ variable }) => variable);
  assert.equal(new Set(variables).size, variables.length);
  assert.ok(variables.includes('GSP_OTP_HTTP_BODY_BYTES_MAX'));
});

test('the nearest name is one that was probably meant, or none', () => {
  const names = ['port', 'host', 'basePaths', 'requestTimeoutMs'];
  assert.equal(nearestName('prot', names), 'port');
  assert.equal(nearestName('PORT', names), 'port');
  assert.equal(nearestName('requestTimeout', names), 'requestTimeoutMs');
  assert.equal(nearestName('post', names), undefined);
  assert.equal(nearestName('quotas', names), undefined);
});

/** A line that looks as if it were one of ours, colours, a link, a turned reading direction, and no end. */
const hostile = `x\nFORGED: sound\r\u001b[31m\u001b]8;;http://x.example\u001b\\a\u202e\u2028${'y'.repeat(10_000)}`;

function assertOneLineEach(text: string, lines: number): void {
  assert.equal(text.split('\n').length, lines, text);
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{C}\p{Zl}\p{Zp}]/u);
  assert.ok(Math.max(...text.split('\n').map(({ length }) => length)) < 11_000);
}

test('a fault is one line of bounded length, whatever stands in it', () => {
  const fault = { path: 'a', reason: 'b', accepted: 'c', nearest: 'd', origin: { kind: 'default' } } as const;
  for (const changed of [
    { path: hostile },
    { reason: hostile },
    { accepted: hostile },
    { nearest: hostile },
    { origin: { kind: 'file', file: hostile, line: 1 } },
    { origin: { kind: 'file', file: hostile, line: undefined } },
    { origin: { kind: 'env', variable: hostile } },
    { origin: { kind: 'override', path: hostile } },
    { origin: { kind: 'flag', path: hostile } },
  ] as const) {
    const told = describeFault({ ...fault, ...changed });
    assertOneLineEach(told, 1);
    assert.match(told, /\\u000aFORGED.*… \(10\d{3} characters\)/);
  }
});

test('what ends a command is told in lines of their own, whatever stands in it', () => {
  const fault = { path: hostile, reason: hostile, accepted: hostile, origin: { kind: 'default' } } as const;
  assertOneLineEach(explainError(new Failure(hostile, hostile)), 2);
  assertOneLineEach(explainError(new UnavailableError(hostile, { cause: new Error(hostile) })), 1);
  assertOneLineEach(explainError(new Error(hostile)), 2);
  assertOneLineEach(explainError(hostile), 2);
  assertOneLineEach(explainError(new ConfigError([fault, fault])), 4);
});
