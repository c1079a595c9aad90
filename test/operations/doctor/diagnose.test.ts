import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { negotiate } from '../../../conformance/google/tls/negotiate.ts';
import { namedSuites } from '../../../conformance/google/tls/suites.ts';
import { migrateDatabases } from '../../../src/operations/databases.ts';
import { type DiagnosisTerms, diagnose } from '../../../src/operations/doctor/diagnose.ts';
import type { Finding } from '../../../src/operations/doctor/finding.ts';
import { inspectConfig, sandboxDefaults } from '../../../src/settings/load.ts';
import { startStandIn, unusedUrl } from '../../adapters/gateways/shared/gateway-stand-in.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { importTestAccounts } from '../../support/test-accounts.ts';
import { makeCertificate } from '../../support/test-certificates.ts';

const secret = 'not-to-be-told';

type Asked = Partial<Pick<DiagnosisTerms, 'url' | 'clockUrl'>>;

/** What is found out about a server with these settings, written as with `--set`. */
async function doctor(t: TestContext, set: Readonly<Record<string, string>>, asked: Asked = {}) {
  const dataDirectory = join(temporaryDirectory(t), 'data');
  const flags = { dataDirectory, 'http.port': '1', 'operator.port': '2', ...set };
  const inspection = inspectConfig({ env: { SECRET: secret }, flags });
  const tls = { namedSuites: Object.keys(namedSuites), negotiate };
  const terms = { url: undefined, clockUrl: undefined, nowMs: Date.now(), tls, ...asked };
  const findings = await diagnose(inspection, terms);
  const told = (verdict: Finding['verdict']) =>
    findings.filter((one) => one.verdict === verdict).map(({ subject, finding }) => `${subject}: ${finding}`);
  return { findings, failed: told('failed'), warnings: told('warning'), ok: told('ok') };
}

function listen(t: TestContext, server: Server): Promise<number> {
  t.after(() => server.close());
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

test('the doctor finds a sound server sound, and opens a listener of its own to see its TLS', async (t) => {
  const directory = temporaryDirectory(t);
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), text, { mode: 0o600 });
    return join(directory, name);
  };
  const entries = (['rsa', 'ec'] as const).map((kind) => {
    const { certificate, key } = makeCertificate({ kind, name: 'otp.bank.example' });
    return `{certificate: {file: ${write(`${kind}.crt`, certificate)}}, key: {file: ${write(`${kind}.key`, key)}}}`;
  });
  const { failed, warnings, ok } = await doctor(t, {
    'http.tls': `{certificates: [${entries.join(', ')}]}`,
  });
  assert.deepEqual(failed, []);
  assert.ok(ok.some((line) => /^phone numbers: numbering plans of libphonenumber-js \d/.test(line)));
  assert.equal(warnings.length, 2, 'both certificates are signed by themselves');
  for (const expected of [
    'configuration: it is sound',
    'TLS versions: TLS 1.2, nothing older',
    'plain HTTP: the port of TLS answers nothing without TLS',
    'ECDSA certificate: it is for otp.bank.example',
    'RSA certificate: it is good for 29 more days',
  ]) {
    assert.ok(ok.includes(expected), `${expected}\n${ok.join('\n')}`);
  }
  assert.equal(
    ok.filter((line) => line.startsWith('cipher suites: ') && line.split(', ').length === 6).length,
    1,
  );
});

test('the doctor finds what is wrong with a server in front, and says what to do', async (t) => {
  const { certificate: cert, key } = makeCertificate({ kind: 'rsa', name: 'somebody.else.example' });
  const weak = { ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1' } as const;
  const server = createHttpsServer({ cert, key, ...weak }, (_request, response) => response.end());
  const port = await listen(t, server);
  const url = new URL(`https://localhost:${port}/v1`);
  const { findings, failed, warnings } = await doctor(t, {}, { url });
  for (const expected of [
    /^TLS versions: TLS 1\.0 is negotiated \[TLS-1\]/,
    /^TLS versions: TLS 1\.1 is negotiated \[TLS-1\]/,
    /^cipher suites: weak suites are negotiated: .*AECDH-AES128-SHA/,
    /^RSA certificate: it is not for localhost: CN=somebody\.else\.example.* \[TLS-3\]/,
  ]) {
    assert.ok(
      failed.some((line) => expected.test(line)),
      `${expected}\n${failed.join('\n')}`,
    );
  }
  for (const expected of [
    /^TLS versions: TLS 1\.3 is negotiated/,
    /^cipher suites: others .*AES256-SHA/,
    /signed by itself/,
  ]) {
    assert.ok(
      warnings.some((line) => expected.test(line)),
      `${expected}\n${warnings.join('\n')}`,
    );
  }
  for (const { verdict, remedy } of findings) assert.ok(verdict === 'ok' || remedy, 'each says what to do');
});

test('[TLS-3, TLS-6] the doctor judges the certificate of a server that wants one of its callers', async (t) => {
  const directory = temporaryDirectory(t);
  const { certificate, key } = makeCertificate({ kind: 'rsa', name: 'otp.bank.example' });
  writeFileSync(join(directory, 'crt'), certificate);
  writeFileSync(join(directory, 'key'), key, { mode: 0o600 });
  const file = (name: string) => `{file: ${join(directory, name)}}`;
  const { failed, warnings, ok } = await doctor(t, {
    'http.tls': `{certificates: [{certificate: ${file('crt')}, key: ${file('key')}}], clientCertificates: required, clientCa: ${file('crt')}}`,
  });
  assert.deepEqual(failed, []);
  assert.ok(ok.includes('RSA certificate: it is for otp.bank.example'), ok.join('\n'));
  assert.ok(ok.includes('RSA certificate: it is good for 29 more days'), ok.join('\n'));
  assert.match(warnings.join('\n'), /^RSA certificate: .* signed by itself \(DEPTH_ZERO_SELF_SIGNED_CERT\)/m);
});

test('the doctor says so if it can see no certificate', async (t) => {
  const port = await listen(
    t,
    createServer((socket) => socket.on('error', () => undefined).end()),
  );
  const { warnings } = await doctor(t, {}, { url: new URL(`https://localhost:${port}/v1`) });
  assert.match(warnings.join('\n'), /^certificate: none could be seen/m);
});

test('the doctor compares the clock with one that is trusted', async (t) => {
  let offsetMs = 0;
  const server = createHttpServer((_request, response) => {
    response.setHeader('date', new Date(Date.now() + offsetMs).toUTCString()).end();
  });
  const url = `http://127.0.0.1:${await listen(t, server)}/`;
  const inTime = await doctor(t, {}, { clockUrl: url });
  assert.ok(
    inTime.ok.some((line) => line.startsWith('clock: it agrees with')),
    inTime.ok.join('\n'),
  );
  offsetMs = 300_000;
  const late = await doctor(t, {}, { clockUrl: url });
  assert.match(late.failed.join('\n'), /^clock: it is (298|299|300) s or more behind/m);
});

test('the doctor tells what the configuration lacks, and a certificate that can not be used', async (t) => {
  const production = await doctor(t, { profile: 'production' });
  assert.match(production.failed.join('\n'), /^configuration: http\.tls: is missing/m);
  const tls = '{certificates: [{certificate: {value: none}, key: {env: SECRET}}]}';
  const { failed } = await doctor(t, { 'http.tls': tls });
  assert.match(
    failed.join('\n'),
    /^TLS: http\.tls\.certificates\.0: the certificate http\.tls\.certificates\.0 .* is no certificate/m,
  );
});

test('the doctor tells how many accounts there are, and warns if there is none', async (t) => {
  const dataDirectory = join(temporaryDirectory(t), 'accounts');
  await migrateDatabases(sandboxDefaults(dataDirectory), { dryRun: false });
  const empty = await doctor(t, { dataDirectory });
  const [finding] = empty.findings.filter((one) => /accounts\.sqlite/.test(one.finding));
  assert.equal(finding?.verdict, 'warning');
  assert.match(finding.finding, /accounts\.sqlite holds no account: every number is unknown$/);
  assert.equal(finding.remedy, 'gsp-otp accounts import --help');
  await importTestAccounts(dataDirectory);
  const filled = await doctor(t, { dataDirectory });
  assert.match(
    filled.ok.join('\n'),
    /accounts\.sqlite is of this program's version and holds 1005 accounts$/m,
  );
});

test('the doctor asks gateways whether they take the credentials, and sends no text', async (t) => {
  const standIn = await startStandIn(t, { status: 200, body: { value: 10.28 } });
  const vonage = { kind: 'vonage', apiKey: { env: 'SECRET' }, apiSecret: { env: 'SECRET' } };
  const examine = async (baseUrl: string) => {
    const gateway = JSON.stringify({ ...vonage, baseUrl, sender: 'Exemplo' });
    const { findings } = await doctor(t, { 'sms.gateway': gateway });
    const [finding] = findings.filter(({ subject }) => subject === 'gateway vonage');
    assert.ok(finding);
    assert.ok(!JSON.stringify(findings).includes(secret));
    return finding;
  };
  const right = await examine(standIn.url);
  assert.equal(right.verdict, 'ok', right.finding);
  assert.match(right.finding, /^it knows the credentials/);

  standIn.answer = { status: 401, body: { 'error-code': '420' } };
  const wrong = await examine(standIn.url);
  assert.equal(wrong.verdict, 'failed');
  assert.match(wrong.finding, /does not take the credentials: HTTP 401, code 420/);
  assert.match(wrong.remedy ?? '', /Compare key and secret/);

  standIn.answer = { status: 403, body: '' };
  const restricted = await examine(standIn.url);
  assert.equal(restricted.verdict, 'warning');
  assert.match(restricted.finding, /does not tell whether the credentials are right: HTTP 403/);

  assert.deepEqual(
    standIn.requests.map(({ method, path }) => `${method} ${path}`),
    Array(3).fill('GET /account/get-balance'),
  );
  const away = await examine(await unusedUrl());
  assert.deepEqual([away.verdict, away.finding], ['failed', "127.0.0.1 can't be reached"]);
});

test('the doctor opens no session with an SMSC, which might end that of a running server', async (t) => {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined).resume();
  });
  const port = await listen(t, server);
  const smsc = { kind: 'smpp', host: '127.0.0.1', port, tls: false, systemId: 'exemplo', sender: 'Exemplo' };
  const gateway = JSON.stringify({ ...smsc, password: { env: 'SECRET' }, longCredentials: true });
  const { ok, findings } = await doctor(t, { 'sms.gateway': gateway });
  assert.match(ok.join('\n'), /^gateway smpp: 127\.0\.0\.1 can be reached/m, JSON.stringify(findings));
  assert.equal(connections, 1, 'it only looks whether somebody listens');
});

test('the doctor sets up TLS with each gateway, and says what is wrong with it', async (t) => {
  const directory = temporaryDirectory(t);
  const authority = makeCertificate({ name: 'authority' });
  const { certificate: cert, key } = makeCertificate({ issuer: authority });
  const tlsCa = { file: join(directory, 'authority.pem') };
  writeFileSync(tlsCa.file, authority.certificate);
  const open = await startStandIn(t, { status: 200, body: '' }, { cert, key });
  const demanding = { cert, key, ca: authority.certificate, requestCert: true };
  const guarded = await startStandIn(t, { status: 200, body: '' }, demanding);
  const examine = async (url: string, more: object) => {
    const gateway = { kind: 'http', url, accepted: { statuses: [200] }, ...more };
    const { findings } = await doctor(t, { 'sms.gateway': JSON.stringify(gateway) });
    const [finding] = findings.filter(({ subject }) => subject === 'gateway http');
    return [finding?.verdict, `${finding?.finding} ${finding?.remedy}`] as const;
  };
  for (const [url, more, verdict, told] of [
    [
      open.url,
      {},
      'failed',
      /nobody who is trusted here issued its certificate: UNABLE_TO_VERIFY_LEAF.*tlsCa/,
    ],
    [open.url, { tlsCa }, 'ok', /127\.0\.0\.1 can be reached/],
    [guarded.url, { tlsCa }, 'failed', /want a client certificate: ERR_SSL.*clientCertificate/],
    [open.url.replace('https', 'http'), {}, 'ok', /can be reached/],
    [`https://127.0.0.1:${new URL(await unusedUrl()).port}`, {}, 'failed', /can't be reached ECONNREFUSED/],
    [
      open.url,
      { tlsCa, proxy: { url: 'http://127.0.0.1:1' } },
      'failed',
      /the proxy gives no connection.*proxy\.url/,
    ],
  ] as const) {
    const [found, text] = await examine(url, more);
    assert.equal(found, verdict, text);
    assert.match(text, told);
  }
  const broken = { file: join(directory, 'broken.pem') };
  writeFileSync(broken.file, authority.certificate.slice(0, 200));
  const gateways = [broken, tlsCa].map((ca, at) => {
    return { kind: 'http', name: `g${at}`, url: open.url, accepted: { statuses: [200] }, tlsCa: ca };
  });
  const both = JSON.stringify({ kind: 'failover', gateways });
  const { findings } = await doctor(t, { 'sms.gateway': both });
  const of = (name: string) => findings.find(({ subject }) => subject === `gateway ${name}`);
  assert.match(`${of('g0')?.finding} ${of('g0')?.remedy}`, /tlsCa .* is cut off Accepted: PEM, from/);
  assert.equal(of('g1')?.verdict, 'ok', 'a broken file of one hides no other');
  assert.equal(open.requests.length + guarded.requests.length, 0, 'it sends nothing');
});
