import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { type ConnectionOptions, connect, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { ConfigError } from '../../../src/config/faults.ts';
import { readAuthorities } from '../../../src/http/certificates.ts';
import { loadConfig } from '../../../src/settings/load.ts';
import { startApplication, TEST_SETTINGS, type TestApplication } from '../../support/test-application.ts';
import {
  makeCertificate,
  makeRevocationList,
  type TestCertificate,
} from '../../support/test-certificates.ts';
import { TestClock } from '../../support/test-clock.ts';

const server = makeCertificate({ kind: 'ec' });
const authority = makeCertificate({ kind: 'ec', name: 'authority' });
const other = makeCertificate({ kind: 'ec', name: 'other authority' });
/** Of the same name, with another key. */
const renewed = makeCertificate({ kind: 'ec', name: 'authority' });
const google = makeCertificate({ kind: 'ec', name: 'google', issuer: authority });
const stolen = makeCertificate({ kind: 'ec', name: 'stolen', issuer: authority });
const stranger = makeCertificate({ kind: 'ec', name: 'google', issuer: other });

const value = (text: string) => ({ value: text });
const required = { clientCertificates: 'required', clientCa: value(authority.certificate) };

const tlsOf = (more: Readonly<Record<string, unknown>> = required) => ({
  certificates: [{ certificate: value(server.certificate), key: value(server.key) }],
  ...more,
});

async function start(t: TestContext, tls = tlsOf(), more: Parameters<typeof startApplication>[0] = {}) {
  const lines: Record<string, unknown>[] = [];
  const logDestination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const settings = { 'http.tls': tls, 'log.level': 'info', ...more.settings };
  const app = await startApplication({ settings, overrides: { logDestination, ...more.overrides } });
  t.after(() => app.stop());
  const reload = (next: Readonly<Record<string, unknown>>) =>
    app.application.reload(
      loadConfig({
        env: {},
        overrides: { ...TEST_SETTINGS, dataDirectory: app.dataDirectory, 'log.level': 'info', ...next },
      }),
    );
  return { app, lines, reload };
}

/** Connects with a certificate, or none. Rejects if the server does not let it in. */
async function open(
  { methodsUrl }: TestApplication,
  client: TestCertificate | undefined,
  more: ConnectionOptions = {},
): Promise<TLSSocket> {
  const credentials = client && { cert: client.certificate, key: client.key };
  const socket = connect({
    ...{ host: '127.0.0.1', port: Number(new URL(methodsUrl).port), ca: server.certificate },
    ...{ servername: 'localhost', ...credentials, ...more },
  });
  await once(socket, 'secureConnect');
  socket.on('error', () => undefined);
  return socket;
}

/** Head of the answer to one request on an open connection. Rejects if the connection ends without one. */
function ask(socket: TLSSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (chunk) => resolve(chunk.toString('latin1').split('\r\n\r\n')[0] ?? ''));
    socket.once('close', () => reject(new Error('the connection ended')));
    socket.write('GET /v1/echo HTTP/1.1\r\nhost: localhost\r\n\r\n');
  });
}

/** Status of one request on a connection of its own; `undefined`: it was not let in. */
async function statusFor(app: TestApplication, client: TestCertificate | undefined) {
  try {
    const socket = await open(app, client);
    const head = await ask(socket);
    socket.destroy();
    return head.slice(9, 12);
  } catch {
    return undefined;
  }
}

/** Whoever is let in at all is told that only POST is served. */
const LET_IN = '405';

test('[TLS-6] a reload that switches client certificates off waits, and the authority with it', async (t) => {
  // Stands for a public authority: without any of its own, TLS would trust those.
  setDefaultCACertificates([other.certificate]);
  const { app, lines, reload } = await start(t);
  assert.deepEqual([await statusFor(app, google), await statusFor(app, stranger)], [LET_IN, undefined]);
  await reload({ 'http.tls': tlsOf({ clientCertificates: 'off' }) });
  assert.deepEqual([await statusFor(app, google), await statusFor(app, stranger)], [LET_IN, undefined]);
  assert.deepEqual(lines.find(({ msg }) => msg === 'reloaded')?.['settingsThatWait'], [
    'http.tls.clientCertificates',
    'http.tls.clientCa',
  ]);
  // Nor does one that has no TLS at all.
  await reload({});
  assert.deepEqual([await statusFor(app, google), await statusFor(app, stranger)], [LET_IN, undefined]);
});

test('[TLS-6] a reload that demands client certificates waits, with its authority', async (t) => {
  const { app, reload } = await start(t, tlsOf({}));
  await reload({ 'http.tls': tlsOf() });
  assert.deepEqual([await statusFor(app, stranger), await statusFor(app, undefined)], [LET_IN, LET_IN]);
});

test('[TLS-6] an authority that is withdrawn takes with it what it let in', async (t) => {
  const { app, reload } = await start(t);
  const [idle, silent] = [await open(app, google), await open(app, google)];
  assert.match(await ask(idle), / 405 /);
  const ended = [idle, silent].map((socket) => once(socket, 'close'));
  await reload({ 'http.tls': tlsOf({ ...required, clientCa: value(other.certificate) }) });
  await Promise.all(ended);
  assert.deepEqual([await statusFor(app, google), await statusFor(app, stranger)], [undefined, LET_IN]);
});

test('an authority that comes beside the one in force ends nothing', async (t) => {
  const { app, reload } = await start(t);
  const socket = await open(app, google);
  assert.match(await ask(socket), / 405 /);
  const both = value(`${other.certificate}${authority.certificate}`);
  await reload({ 'http.tls': tlsOf({ ...required, clientCa: both }) });
  assert.match(await ask(socket), / 405 /);
  assert.equal(await statusFor(app, stranger), LET_IN);
  socket.destroy();
});

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`[OQ-65] no session is resumed, which could outlive its certificate: ${version}`, async (t) => {
    const { app } = await start(t, tlsOf({ ...required, tls13: true }));
    const only = { minVersion: version, maxVersion: version };
    const first = await open(app, google, only);
    const sessions: Buffer[] = [];
    first.on('session', (session: Buffer) => sessions.push(session));
    assert.match(await ask(first), / 405 /);
    const session = sessions.at(-1) ?? first.getSession();
    first.destroy();
    const second = await open(app, google, { ...only, ...(session && { session }) });
    assert.match(await ask(second), / 405 /);
    assert.equal(second.isSessionReused(), false);
    second.destroy();
    const resuming = open(app, undefined, { ...only, ...(session && { session }) });
    await assert.rejects(resuming.then(ask));
  });
}

test('[OQ-65] a connection does not outlive the certificate that opened it', async (t) => {
  const clock = new TestClock();
  const { app } = await start(t, tlsOf(), { overrides: { clock } });
  const socket = await open(app, google);
  assert.match(await ask(socket), / 405 /);
  clock.pass(31 * 86_400_000);
  const head = await ask(socket);
  assert.match(head, /^HTTP\/1\.1 403 .*\r\nconnection: close/is);
});

test('[OQ-65] a certificate on the revocation list of its authority is refused, and loses its connections', async (t) => {
  const list = makeRevocationList(authority, { revoked: [stolen] });
  const withList = tlsOf({ ...required, clientCrl: [value(list)] });
  const { app, reload } = await start(t);
  const socket = await open(app, stolen);
  assert.match(await ask(socket), / 405 /);
  const ended = once(socket, 'close');
  await reload({ 'http.tls': withList });
  await ended;
  assert.deepEqual([await statusFor(app, stolen), await statusFor(app, google)], [undefined, LET_IN]);
});

test('what a revocation list took back stays taken back: an older list is refused at a reload', async (t) => {
  const listed = (order: Parameters<typeof makeRevocationList>[1]) => ({
    'http.tls': tlsOf({ ...required, clientCrl: [value(makeRevocationList(authority, order))] }),
  });
  const { app, reload } = await start(t);
  await reload(listed({ revoked: [stolen], fromDays: -2 }));
  await assert.rejects(
    reload(listed({ fromDays: -3 })),
    /clientCrl\.0 .* is of 20.*, and that in force of 20/,
  );
  assert.deepEqual([await statusFor(app, stolen), await statusFor(app, google)], [undefined, LET_IN]);
  await reload(listed({ fromDays: -1 }));
  assert.equal(await statusFor(app, stolen), LET_IN);
});

test('revocation lists that would keep everybody out are refused by name, and change nothing', async (t) => {
  const { app, reload } = await start(t);
  for (const [clientCrl, clientCa, expected] of [
    [
      [makeRevocationList(authority, { days: -1 })],
      authority,
      /clientCrl\.0 .* expired: its next update was due 20/,
    ],
    [
      [makeRevocationList(other)],
      authority,
      /^http\.tls: .* lack one by CN=authority; accepted: one by each/m,
    ],
    [
      [makeRevocationList(renewed)],
      authority,
      /clientCrl\.0 .* is not signed by CN=authority, whose name it bears/,
    ],
    [
      [makeRevocationList(authority, { fromDays: 2 })],
      authority,
      /clientCrl\.0 .* is not in force before 20/,
    ],
    [['hello'], authority, /clientCrl\.0 .* is none; accepted: PEM that begins/],
    [[makeRevocationList(authority).replace(/\n.{20}/, '\n')], authority, /clientCrl\.0 .* can not be read/],
  ] as const) {
    const tls = tlsOf({
      ...required,
      clientCa: value(clientCa.certificate),
      clientCrl: clientCrl.map(value),
    });
    await assert.rejects(reload({ 'http.tls': tls }), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, expected);
      return true;
    });
  }
  assert.equal(await statusFor(app, google), LET_IN);
});

test('authorities that vouch for nobody are refused by name, and change nothing', async (t) => {
  const { app, reload } = await start(t);
  const below = makeCertificate({ kind: 'ec', name: 'below', issuer: authority, authority: true });
  const isRefused = async (clientCa: string, expected: RegExp) => {
    const tls = tlsOf({ ...required, clientCa: value(clientCa) });
    await assert.rejects(reload({ 'http.tls': tls }), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, expected);
      return true;
    });
  };
  await isRefused(below.certificate, /clientCa .* has no root, and so vouches for nobody/);
  await isRefused(google.certificate, /clientCa .* has no root, and so vouches for nobody/);
  assert.equal(await statusFor(app, google), LET_IN);
  await reload({
    'http.tls': tlsOf({ ...required, clientCa: value(below.certificate + authority.certificate) }),
  });
  assert.equal(await statusFor(app, google), LET_IN);
  assert.throws(
    () => readAuthorities('clientCa', authority.certificate, Date.now() + 31 * 86_400_000),
    /clientCa is in force from .* to/,
  );
});

test('a revocation list whose next update is due makes the server not ready, and is told before', async (t) => {
  const clock = new TestClock();
  const tls = tlsOf({ ...required, clientCrl: [value(makeRevocationList(authority, { days: 6 }))] });
  const { app } = await start(t, tls, { overrides: { clock } });
  const keys = async () => {
    const answer = await fetch(`${app.operatorUrl}/health/ready`);
    const { checks } = (await answer.json()) as {
      checks: { name: string; status: string; warnings?: string[] }[];
    };
    return checks.find(({ name }) => name === 'keys');
  };
  const socket = await open(app, google);
  assert.match(await ask(socket), / 405 /);
  assert.equal((await keys())?.warnings, undefined);
  clock.pass(5.5 * 86_400_000);
  assert.match((await keys())?.warnings?.[0] ?? '', /^revocation list .*clientCrl\.0.* expires on/);
  clock.pass(86_400_000);
  assert.equal((await keys())?.status, 'failed');
  assert.match(await ask(socket), / 403 /, 'an open connection is held to it');
});

test('[OQ-65] of those that an authority certified, only the allowed ones are let in', async (t) => {
  const { fingerprint256 } = new X509Certificate(google.certificate);
  const { app, reload } = await start(t, tlsOf({ ...required, allowedClients: [fingerprint256] }));
  const both = async () => [await statusFor(app, google), await statusFor(app, stolen)];
  assert.deepEqual(await both(), [LET_IN, '403']);
  const socket = await open(app, google);
  await reload({ 'http.tls': tlsOf({ ...required, allowedClients: ['CN = stolen'] }) });
  assert.deepEqual(await both(), ['403', LET_IN]);
  assert.match(await ask(socket), / 403 /, 'an open connection as well');
  const bare = fingerprint256.replaceAll(':', '').toLowerCase();
  for (const printed of [
    `sha256 Fingerprint=${fingerprint256}`,
    'subject=CN=google',
    'subject=CN = google',
  ]) {
    await reload({ 'http.tls': tlsOf({ ...required, allowedClients: [printed] }) });
    assert.deepEqual(await both(), [LET_IN, '403'], `as openssl prints it: ${printed}`);
  }
  await reload({ 'http.tls': tlsOf({ ...required, allowedClients: ['CN=stole', 'C=US, CN=stolen', bare] }) });
  await assert.rejects(reload({ 'http.tls': tlsOf({ ...required, allowedClients: [bare, '/CN=stolen'] }) }), {
    message: /allowedClients\.1: is no subject that a certificate can have; accepted: .*openssl x509/,
  });
  assert.deepEqual(await both(), [LET_IN, '403']);
});
