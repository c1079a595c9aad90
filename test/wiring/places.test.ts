import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ConfigError, describeFault } from '../../src/config/faults.ts';
import type { ConfigSources } from '../../src/config/layers.ts';
import { judgeStart } from '../../src/operations/judge-start.ts';
import { inspectConfig, loadConfig } from '../../src/settings/load.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { readKeyRings } from '../../src/wiring/keys.ts';
import { takeReloaded } from '../../src/wiring/reload.ts';
import { composeTls } from '../../src/wiring/tls.ts';
import { temporaryDirectory } from '../config/config-under-test.ts';
import { makeCertificate, makeRevocationList } from '../support/test-certificates.ts';
import { makeKey } from '../support/test-keys.ts';

/*
 * What shows only when settings are put to use is told at the place where the operator can mend it.
 */

const authority = makeCertificate({ name: 'authority' });
const server = makeCertificate();
const other = makeCertificate();
const pgp = await makeKey('pgp');
const jwe = await makeKey('jwe');

/** What the configurations below name, beside them. */
const FILES = {
  'server.pem': server.certificate,
  'server.key': server.key,
  'other.pem': other.certificate,
  'other.key': other.key,
  'authority.pem': authority.certificate,
  'authority.crl': makeRevocationList(authority),
  'expired.crl': makeRevocationList(authority, { days: -1 }),
  'ours.asc': pgp.private,
  'google.asc': pgp.public,
  'ours.json': jwe.private,
  'google.json': jwe.public,
  'texts.yaml': "de: {general: 'Code {code}'}\nes:\n  general: Hola\n",
  'wide.yaml': `en:\n  association: 'Code {code} ${'word '.repeat(40)}.'\n`,
  none: 'nothing of use',
};

function folderOf(t: TestContext): string {
  const folder = temporaryDirectory(t);
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  return folder;
}

async function startFaults(sources: ConfigSources): Promise<readonly string[]> {
  const { faults, values } = inspectConfig(sources);
  assert.deepEqual(faults.map(describeFault), []);
  return (await judgeStart(values as Settings, Date.now())).faults.map(describeFault);
}

const TLS = `http:
  tls:
    certificates:
      - certificate: {file: server.pem}
        key: {file: server.key}`;
const CLIENTS = `${TLS}
    clientCertificates: required`;
const TWILIO = "kind: twilio, accountSid: AC1, authToken: {value: x}, sender: '+12025550100'";
const PGP = `payload:
  pgp:
    ours:
      - key: {file: ours.asc}
    google:
      - key: {file: google.asc}`;

/** The line that ends in `HERE` is the one to mend. */
const CASES: readonly (readonly [path: string, configuration: string])[] = [
  ['http.tls.certificates.0', TLS.replace('file: server.pem}', 'file: none} HERE')],
  ['http.tls.certificates.0', TLS.replace('{file: server.pem}', '{file: other.pem} HERE')],
  [
    'http.tls.certificates.1',
    `${TLS}
      - certificate: {file: other.pem} HERE
        key: {file: server.key}`,
  ],
  [
    'http.tls',
    `${TLS.replace('tls:', 'tls: HERE')}
      - certificate: {file: other.pem}
        key: {file: other.key}`,
  ],
  ['http.tls.clientCa', `${CLIENTS}\n    clientCa: {file: none} HERE`],
  [
    'http.tls.clientCrl.1',
    `${CLIENTS}
    clientCa: {file: authority.pem}
    clientCrl:
      - file: authority.crl
      - file: expired.crl HERE`,
  ],
  ['payload.pgp.ours.0', PGP.replace('{file: ours.asc}', '{file: none} HERE')],
  [
    'payload.pgp.ours.1',
    PGP.replace('{file: ours.asc}', '{file: ours.asc}\n      - key: {file: google.asc} HERE'),
  ],
  ['payload.pgp.google.0', PGP.replace('google.asc}', 'none} HERE')],
  [
    'payload.pgp',
    PGP.replace('pgp:', 'pgp: HERE').replace(
      'ours.asc}',
      "ours.asc}\n        notBefore: '2099-01-01T00:00:00Z'",
    ),
  ],
  [
    'payload.jwe.ours.0',
    PGP.replace('pgp:', 'jwe:').replace('ours.asc}', 'none} HERE').replace('google.asc', 'google.json'),
  ],
  [
    'sms.gateway.tlsCa',
    `sms:\n  gateway:\n    ${TWILIO.replaceAll(', ', '\n    ')}\n    tlsCa: {file: none} HERE`,
  ],
  [
    'sms.gateway.gateways.1.tlsCa',
    `sms:
  gateway:
    kind: failover
    gateways:
      - {name: one, ${TWILIO}}
      - {name: two, ${TWILIO}, tlsCa: {file: none}} HERE`,
  ],
  [
    'sms.gateway.clientCertificate',
    `sms:
  gateway:
    kind: http
    url: https://gateway.example/
    body: '{text}'
    accepted: {statuses: [200]}
    clientCertificate: HERE
      certificate: {file: server.pem}
      key: {file: other.key}`,
  ],
  ['sms.brand', `sms:\n  brand: ${'M'.repeat(30)} HERE\n  languages: [hi]\n  defaultLanguage: hi`],
  ['sms.languages', 'sms:\n  languages: [en, xx] HERE'],
  ['sms.defaultLanguage', 'sms:\n  languages: [en]\n  defaultLanguage: ko HERE'],
];

for (const [index, [path, configuration]] of CASES.entries()) {
  test(`a fault of ${path} names the line of the configuration file (${index + 1})`, async (t) => {
    const file = join(folderOf(t), 'gsp-otp.yaml');
    const lines = configuration.split('\n');
    const line = 1 + lines.findIndex((text) => text.endsWith(' HERE'));
    assert.ok(line > 0);
    writeFileSync(file, lines.map((text) => text.replace(/ HERE$/, '')).join('\n'));
    const [first, ...more] = await startFaults({ file, env: {} });
    assert.ok(
      first?.startsWith(`${path}: `) && first.endsWith(` (${file}:${line})`),
      [first, ...more].join('\n'),
    );
  });
}

test('a fault names the environment variable, or the flag, that gave the setting', async (t) => {
  const folder = folderOf(t);
  const none = `{file: ${join(folder, 'none')}}`;
  const certificate = `[{certificate: ${none}, key: ${none}}]`;
  const [byVariable] = await startFaults({ env: { GSP_OTP_HTTP_TLS_CERTIFICATES: certificate } });
  assert.match(String(byVariable), /^http\.tls\.certificates\.0: .*\(GSP_OTP_HTTP_TLS_CERTIFICATES\)$/);
  const flags = { 'payload.pgp': `{ours: [{key: ${none}}], google: [{key: ${none}}]}` };
  const [byFlag] = await startFaults({ env: {}, flags });
  assert.match(String(byFlag), /^payload\.pgp\.ours\.0: .*\(--set payload\.pgp\)$/);
});

test('a fault of a text names its line in the file of texts, one of a fitting too', async (t) => {
  const folder = folderOf(t);
  const overrides = (name: string) => ({ 'sms.templatesFile': join(folder, name), 'sms.languages': ['en'] });
  const [fault] = await startFaults({ env: {}, overrides: overrides('texts.yaml') });
  assert.equal(
    fault,
    `sms.templatesFile: es.general has no {code}; accepted: what \`gsp-otp templates check --help\` describes. (${join(folder, 'texts.yaml')}:3)`,
  );
  const [misfit] = await startFaults({ env: {}, overrides: overrides('wide.yaml') });
  assert.match(String(misfit), /^sms\.templatesFile: en\.association has .*wide\.yaml:2\)$/);
});

test('a reload names the place in the new configuration', async (t) => {
  const folder = folderOf(t);
  const load = (text: string, overrides: Readonly<Record<string, unknown>> = {}) => {
    const file = join(folder, 'gsp-otp.yaml');
    writeFileSync(file, text);
    return loadConfig({
      file,
      env: {},
      overrides: { dataDirectory: join(folder, 'data'), ...overrides },
    });
  };
  const faultOf = async (use: () => unknown) => {
    const failed = await Promise.resolve()
      .then(use)
      .then(() => assert.fail('it was taken'))
      .catch((error: unknown) => error);
    assert.ok(failed instanceof ConfigError, String(failed));
    return failed.message;
  };
  const running = load(`${TLS}\n${PGP}`);
  const withFault = (good: string) => load(`${TLS}\n${PGP}`.replace(`file: ${good}`, 'file: none'));
  const clock = { nowMs: () => Date.now() };
  const tls = await faultOf(() => composeTls(takeReloaded(running, withFault('server.pem')).http, clock));
  assert.match(tls, /^http\.tls\.certificates\.0: .*gsp-otp\.yaml:4\)$/m);
  const keys = await faultOf(() => readKeyRings(takeReloaded(running, withFault('google.asc')), Date.now()));
  assert.match(keys, /^payload\.pgp\.google\.0: .*gsp-otp\.yaml:11\)$/m);
  const later = load(`${TLS}\n${PGP}\n        notBefore: '2099-01-01T00:00:00Z'`);
  const lists = await faultOf(() => readKeyRings(takeReloaded(running, later), Date.now()));
  assert.match(lists, /^payload\.pgp: .*gsp-otp\.yaml:7\)$/m);
  const profile = { ...load(''), profile: 'production' } as const;
  assert.match(await faultOf(() => takeReloaded(running, profile)), /^profile: is production/m);
});
