import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { allSuites, openssl, shakeHands } from '../../support/openssl.ts';
import { startApplication, type TestApplication } from '../../support/test-application.ts';
import { makeCertificate, type TestCertificate } from '../../support/test-certificates.ts';

/** Written down a second time, so that a slip in the source is seen. The best first. */
const SUITES = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-RSA-AES128-SHA256',
] as const;

const rsa = makeCertificate({ kind: 'rsa' });
const ec = makeCertificate({ kind: 'ec' });

function start(
  certificates: readonly TestCertificate[],
  tls: Readonly<Record<string, unknown>> = {},
  settings: Readonly<Record<string, unknown>> = {},
): Promise<TestApplication> {
  const written = certificates.map(({ certificate, key }) => ({
    certificate: { value: certificate },
    key: { value: key },
  }));
  return startApplication({ settings: { 'http.tls': { certificates: written, ...tls }, ...settings } });
}

const portOf = ({ methodsUrl }: TestApplication) => Number(new URL(methodsUrl).port);

/** Sends bytes without TLS and yields what comes back until the connection ends. */
function sendPlain(port: number, bytes: string): Promise<{ answer: string; durationMs: number }> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ answer, durationMs: performance.now() - startedAt }));
  });
}

function echoRequest(requestId: string): string {
  const protocolVersion = { major: 1, minor: 0, revision: 0 };
  const requestHeader = { protocolVersion, requestId, requestTimestamp: String(Date.now()) };
  const body = JSON.stringify({ requestHeader, clientMessage: 'hello over TLS' });
  const head = [
    'POST /v1/echo HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    'connection: close',
  ];
  return [...head, `content-length: ${body.length}`, '', body].join('\r\n');
}

describe('TLS, with an RSA and an ECDSA certificate', () => {
  let app: TestApplication;
  let directory: string;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'gsp-otp-tls-'));
    writeFileSync(join(directory, 'rsa.pem'), rsa.certificate);
    writeFileSync(join(directory, 'ec.pem'), ec.certificate);
    app = await start([rsa, ec]);
  });
  after(async () => {
    await app.stop();
    rmSync(directory, { recursive: true });
  });

  for (const suite of SUITES) {
    it(`[TLS-2, TLS-3] ${suite} carries a call, to the name in the certificate`, async () => {
      const trusted = join(directory, suite.includes('ECDSA') ? 'ec.pem' : 'rsa.pem');
      const verify = ['-CAfile', trusted, '-verify_return_error', '-verify_hostname', 'localhost'];
      const args = [
        's_client',
        '-quiet',
        '-connect',
        `127.0.0.1:${portOf(app)}`,
        '-cipher',
        suite,
        ...verify,
      ];
      const { stdout, stderr } = await openssl(args, echoRequest(`echo-${suite}`));
      assert.match(stdout, /^HTTP\/1\.1 200 OK\r\n.*"hello over TLS"/s, stderr);
      const { protocol, suite: agreed } = await shakeHands(portOf(app), '-cipher', suite);
      assert.deepEqual([protocol, agreed], ['TLSv1.2', suite]);
    });
  }

  it('[TLS-2, ECHO-4] every other suite that openssl knows is refused', async () => {
    const others = (await allSuites()).filter((suite) => !SUITES.some((ours) => ours === suite));
    const offer = (suites: readonly string[]) =>
      shakeHands(
        portOf(app),
        '-tls1_2',
        '-psk',
        '00',
        '-trace',
        '-cipher',
        `${suites.join(':')}:@SECLEVEL=0`,
      );
    // All of them in one offer: whichever of them the server knew, it would take.
    const refused = await offer(others);
    assert.equal(refused.suite, undefined);
    assert.match(refused.output, /alert handshake failure|alert number 40/);
    const offered = refused.output.match(/^ *\{0x.., 0x..\} TLS_/gm) ?? [];
    assert.ok(offered.length > 100, `${offered.length} suites were offered`);
    // The same offer with one of ours in it is taken up, so it was understood.
    assert.equal((await offer([...others, SUITES[5]])).suite, SUITES[5]);
  });

  it('[TLS-1, OQ-3, ECHO-4] nothing but TLS 1.2 is negotiated', async () => {
    const weak = ['-cipher', 'ALL:@SECLEVEL=0'];
    for (const version of ['-tls1', '-tls1_1', '-tls1_3']) {
      const { protocol, output } = await shakeHands(
        portOf(app),
        version,
        ...(version === '-tls1_3' ? [] : weak),
      );
      assert.equal(protocol, undefined, output);
      // Refused by the server, not by the client itself.
      assert.match(output, /alert protocol version|alert number 70/, output);
    }
    assert.equal((await shakeHands(portOf(app))).protocol, 'TLSv1.2');
  });

  it('our order counts: the best suite that both know', async () => {
    const reversed = [...SUITES].reverse().join(':');
    assert.equal((await shakeHands(portOf(app), '-cipher', reversed)).suite, SUITES[0]);
    const withRsa = SUITES.filter((suite) => suite.includes('RSA-') && !suite.includes('ECDSA')).reverse();
    assert.equal((await shakeHands(portOf(app), '-cipher', withRsa.join(':'))).suite, SUITES[1]);
  });

  it('a client may not renegotiate', async () => {
    const request = `R\n${echoRequest('renegotiated')}`;
    const { stdout, stderr } = await openssl(
      ['s_client', '-connect', `127.0.0.1:${portOf(app)}`, '-tls1_2'],
      request,
    );
    assert.match(stdout + stderr, /no renegotiation/);
    assert.doesNotMatch(stdout, /hello over TLS/);
  });

  it('[TLS-5, ECHO-4] plain HTTP gets no answer', async () => {
    const { answer } = await sendPlain(portOf(app), echoRequest('plain'));
    assert.doesNotMatch(answer, /HTTP|json|hello|location/i);
    // At most an alert record of TLS.
    assert.ok(
      answer === '' || (answer.length === 7 && answer.startsWith('\x15\x03')),
      JSON.stringify(answer),
    );
  });
});

describe('TLS, configured otherwise', () => {
  it('with one certificate, the suites of the other kind of key are not to be had', async () => {
    const app = await start([rsa]);
    try {
      for (const suite of SUITES) {
        const { suite: agreed } = await shakeHands(portOf(app), '-tls1_2', '-cipher', suite);
        assert.equal(agreed, suite.includes('ECDSA') ? undefined : suite);
      }
    } finally {
      await app.stop();
    }
  });

  it('[OQ-3] TLS 1.3 can be switched on, and TLS 1.2 stays as it was', async () => {
    const app = await start([ec], { tls13: true });
    try {
      assert.equal((await shakeHands(portOf(app))).protocol, 'TLSv1.3');
      assert.equal((await shakeHands(portOf(app), '-tls1_2')).suite, SUITES[0]);
      const others = ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES256-GCM-SHA384'];
      assert.equal((await shakeHands(portOf(app), ...others)).protocol, undefined);
    } finally {
      await app.stop();
    }
  });

  it('a handshake that is not finished in time is cut off', async () => {
    const app = await start([ec], {}, { 'http.requestTimeoutMs': 500 });
    try {
      for (const beginning of ['', '\x16\x03\x01\x02\x00\x01']) {
        const { answer, durationMs } = await sendPlain(portOf(app), beginning);
        assert.doesNotMatch(answer, /HTTP/);
        assert.ok(durationMs > 400 && durationMs < 5000, `${durationMs} ms`);
      }
    } finally {
      await app.stop();
    }
  });

  it('[TLS-6] client certificates: off, none is asked for; required, only those of the issuer named get in', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'gsp-otp-tls-'));
    const issuer = makeCertificate({ kind: 'ec', name: 'issuer' });
    const write = ({ certificate, key }: TestCertificate, name: string) => {
      writeFileSync(join(directory, name), certificate + key);
      return ['-cert', join(directory, name), '-key', join(directory, name)];
    };
    const known = write(makeCertificate({ kind: 'ec', name: 'google', issuer }), 'known.pem');
    const stranger = write(makeCertificate({ kind: 'ec', name: 'google' }), 'stranger.pem');
    const off = await start([ec]);
    const clientCa = { value: issuer.certificate };
    const required = await start([ec], { clientCertificates: 'required', clientCa });
    const ask = async (app: TestApplication, credentials: readonly string[]) => {
      const args = ['s_client', '-quiet', '-connect', `127.0.0.1:${portOf(app)}`, ...credentials];
      const { stdout } = await openssl(args, echoRequest(`echo-${credentials.length}`));
      return stdout.includes('hello over TLS');
    };
    try {
      const { output } = await shakeHands(portOf(off), '-state');
      assert.doesNotMatch(output, /server certificate request/);
      assert.equal(await ask(off, []), true);
      assert.equal(await ask(required, known), true);
      assert.equal(await ask(required, stranger), false);
      assert.equal(await ask(required, []), false);
    } finally {
      await Promise.all([off.stop(), required.stop()]);
      rmSync(directory, { recursive: true });
    }
  });

  it('[OQ-62] no more connections than allowed, handshake or not: the oldest gives way', async () => {
    const app = await start([ec], {}, { 'http.connectionsMax': 2 });
    const idle: Socket[] = [];
    try {
      for (const _ of [0, 1, 2]) {
        const socket = connect(portOf(app), '127.0.0.1');
        idle.push(socket);
        await new Promise((resolve) => socket.once('connect', resolve));
      }
      const [oldest] = idle;
      if (!oldest?.closed) await new Promise((resolve) => oldest?.once('close', resolve));
      const secured = await shakeHands(portOf(app));
      assert.match(secured.output, /TLSv1\.2/);
    } finally {
      for (const socket of idle) socket.destroy();
      await app.stop();
    }
  });
});
