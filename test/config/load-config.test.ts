import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { inspectConfig, loadConfig, sandboxDefaults } from '../../src/settings/load.ts';
import { temporaryDirectory, temporaryFile } from './config-under-test.ts';

test('[IDEM-9] two base paths of one edition are refused, with what to do instead', () => {
  const load = (...basePaths: readonly string[]) =>
    loadConfig({ env: {}, overrides: { 'http.basePaths': basePaths } });
  assert.throws(
    () => load('/bank/v1', '/v1', '/wallet/e-wallets-v1'),
    /http\.basePaths: has \/bank\/v1 and \/v1, two paths of one edition; accepted: .* a process and a database of its own/,
  );
  assert.deepEqual(load('/v1', '/v2', '/a/e-wallets-v1').http.basePaths.length, 3);
});

test('the sandbox starts without any setting', (t) => {
  const config = sandboxDefaults(temporaryDirectory(t));
  assert.equal(config.profile, 'sandbox');
  assert.deepEqual(config.http.basePaths, ['/v1']);
  assert.deepEqual(config.payload, { plain: true, graceMs: 86_400_000 });
  assert.equal(config.http.tls, undefined);
  assert.deepEqual(config.sms.gateway, { kind: 'inbox' });
  assert.equal(config.quotas.sendsGlobal, undefined);
  assert.deepEqual(config.warnings, []);
});

test('the environment wins over the file, and flags win over both', (t) => {
  const dataDirectory = temporaryDirectory(t);
  const file = temporaryFile(t, 'a.yaml', 'http: {port: 1, host: ::1}\nlog: {level: warn}\n');
  const env = { GSP_OTP_HTTP_PORT: '2', GSP_OTP_LOG_LEVEL: 'debug', HOME: '/home/nobody' };
  const config = loadConfig({ file, env, overrides: { 'http.port': '3', dataDirectory } });
  assert.equal(config.http.port, 3);
  assert.equal(config.log.level, 'debug');
  assert.equal(config.http.host, '::1');
});

test('GSP_OTP_CONFIG names the file, and JSON is read as well', (t) => {
  const dataDirectory = temporaryDirectory(t);
  const file = temporaryFile(t, 'a.json', '{"http": {"basePaths": ["/wallet/e-wallets-v1", "/v1"]}}');
  const env = { GSP_OTP_CONFIG: file, GSP_OTP_DATA_DIRECTORY: dataDirectory };
  assert.deepEqual(loadConfig({ env }).http.basePaths, ['/wallet/e-wallets-v1', '/v1']);
});

test('lists, switches and groups can be given as text', (t) => {
  const env = {
    GSP_OTP_DATA_DIRECTORY: temporaryDirectory(t),
    GSP_OTP_HTTP_BASE_PATHS: '/v1, /v2',
    GSP_OTP_PHONE_NUMBERS_ALLOWED_COUNTRIES: '["BR","IN"]',
    GSP_OTP_REQUESTS_RETRY_UNSENT: 'false',
    GSP_OTP_QUOTAS_SENDS_GLOBAL: '{max: 7, windowMs: 60000}',
    GSP_OTP_QUOTAS_SENDS_GLOBAL_MAX: '8',
    GSP_OTP_LOG_LEVEL: '',
  };
  const config = loadConfig({ env });
  assert.deepEqual(config.http.basePaths, ['/v1', '/v2']);
  assert.deepEqual(config.phoneNumbers.allowedCountries, ['BR', 'IN']);
  assert.equal(config.requests.retryUnsent, false);
  assert.deepEqual(config.quotas.sendsGlobal, { max: 8, windowMs: 60_000 });
  assert.equal(config.log.level, 'info');
});

test('a path in a file is meant from where the file is, any other from the working directory', (t) => {
  const file = temporaryFile(t, 'a.yaml', 'dataDirectory: data\n');
  assert.equal(loadConfig({ file, env: {} }).dataDirectory, join(dirname(file), 'data'));
  const { values } = inspectConfig({ file, env: { GSP_OTP_DATA_DIRECTORY: 'data' } });
  assert.equal((values as { dataDirectory: string }).dataDirectory, resolve('data'));
});

test('the secrets of the sandbox are made once, readable by their owner alone', (t) => {
  const dataDirectory = join(temporaryDirectory(t), 'new');
  const first = sandboxDefaults(dataDirectory);
  const second = sandboxDefaults(dataDirectory);
  assert.equal(first.digests.secret.reveal(), second.digests.secret.reveal());
  assert.equal(first.codes.secrets[0]?.secret.reveal(), second.codes.secrets[0]?.secret.reveal());
  assert.notEqual(first.digests.secret.reveal(), first.codes.secrets[0]?.secret.reveal());
  const file = join(dataDirectory, 'sandbox-digest-secret');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(readFileSync(file, 'utf8').trim(), first.digests.secret.reveal());
});

test('looking at a configuration makes nothing', (t) => {
  const dataDirectory = join(temporaryDirectory(t), 'new');
  const { faults, values } = inspectConfig({ env: {}, overrides: { dataDirectory } });
  assert.deepEqual(faults, []);
  assert.match(inspect(values, { depth: 9 }), /made at the first start/);
  assert.equal(existsSync(dataDirectory), false);
});

test('where a value comes from is known', (t) => {
  const file = temporaryFile(t, 'a.yaml', '# comment\nhttp:\n  port: 1\n  host: ::1\n');
  const env = { GSP_OTP_LOG_LEVEL: 'warn' };
  const { originOf } = inspectConfig({
    file,
    env,
    overrides: { 'http.host': '::', 'sms.brand': 'A' },
    flags: { 'sms.brand': 'B' },
  });
  assert.deepEqual(originOf('http.port'), { kind: 'file', file, line: 3 });
  assert.deepEqual(originOf('http.host'), { kind: 'override', path: 'http.host' });
  assert.deepEqual(originOf('sms.brand'), { kind: 'flag', path: 'sms.brand' });
  assert.deepEqual(originOf('log.level'), { kind: 'env', variable: 'GSP_OTP_LOG_LEVEL' });
  assert.deepEqual(originOf('http.methods'), { kind: 'default' });
});

test('a configuration can be neither changed nor printed with its secrets', (t) => {
  const config = sandboxDefaults(temporaryDirectory(t));
  assert.throws(() => Object.assign(config.http, { port: 1 }), TypeError);
  const secret = config.digests.secret.reveal();
  assert.ok(secret.length >= 32);
  for (const printed of [JSON.stringify(config), inspect(config, { depth: 9, showHidden: true })]) {
    assert.ok(!printed.includes(secret));
  }
});
