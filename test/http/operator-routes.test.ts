import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { packageVersion as version } from '../../src/wiring/version.ts';
import { activeNumber } from '../support/test-accounts.ts';
import { codeIn, startApplication, type TestApplication } from '../support/test-application.ts';

describe('the operator routes', () => {
  let app: TestApplication;
  before(async () => {
    app = await startApplication({
      settings: { 'quotas.coolDownMs': 0 },
    });
  });
  after(() => app.stop());

  const send = (requestId: string, account: number) =>
    app.call('sendOtp', requestId, {
      accountPhoneNumber: activeNumber(account),
      smsMatchingToken: 'AB12345678C',
    });
  const put = (body: unknown) =>
    fetch(`${app.operatorUrl}/inbox/behaviour`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  async function texts(query = ''): Promise<Record<string, unknown>[]> {
    const answer = await fetch(`${app.operatorUrl}/inbox${query}`);
    return ((await answer.json()) as { texts: Record<string, unknown>[] }).texts;
  }

  it('tell whether the server is alive and ready', async () => {
    assert.deepEqual(await (await fetch(`${app.operatorUrl}/health/live`)).json(), {
      status: 'alive',
      version,
    });
    const ready = await fetch(`${app.operatorUrl}/health/ready`);
    assert.equal(ready.status, 200);
    assert.equal(((await ready.json()) as { status: string }).status, 'ready');
  });

  it('[OPS-1] show metrics of calls and texts, by gateway and country, without a number', async () => {
    await send('counted', 11);
    const otp = codeIn(String((await texts('?count=1'))[0]?.['text']));
    await app.call('verifyOtp', 'typed', { sendOtpRequestId: 'counted', otp });
    const answer = await fetch(`${app.operatorUrl}/metrics`);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    const page = await answer.text();
    for (const line of [
      /^gsp_otp_calls_total\{method="sendOtp",status="200",result="SUCCESS",replayed="false"\} 1$/m,
      /^gsp_otp_call_seconds_count\{method="verifyOtp"\} 1$/m,
      /^gsp_otp_texts_total\{gateway="inbox",country="IN",outcome="accepted",reason=""\} 1$/m,
      /^gsp_otp_texts_verified_total\{gateway="inbox",country="IN"\} 1$/m,
      /^process_resident_memory_bytes \d+$/m,
    ]) {
      assert.match(page, line);
    }
    assert.ok(!page.includes(activeNumber(11).slice(-7)));
  });

  it('show the texts, newest first, of all or of one number', async () => {
    await send('one', 1);
    await send('two', 2);
    assert.deepEqual(
      (await texts()).slice(0, 2).map(({ to }) => to),
      [activeNumber(2), activeNumber(1)],
    );
    const [only, ...others] = await texts(`?to=${encodeURIComponent(activeNumber(1))}&count=5`);
    assert.equal(others.length, 0);
    assert.match(String(only?.['text']), /\n\nAB12345678C$/);
  });

  it('make the inbox misbehave: each way gives the answer that it should', async () => {
    // Each with a number of its own: a text that was refused has a cool-down.
    for (const [behaviour, result, kept, account] of [
      ['refuse', 'MESSAGE_UNABLE_TO_BE_SENT', 0, 3],
      ['hang', 'MESSAGE_UNABLE_TO_BE_SENT', 0, 4],
      ['late', 'SUCCESS', 1, 5],
      ['accept-and-hang-up', 'MESSAGE_UNABLE_TO_BE_SENT', 1, 6],
      ['accept', 'SUCCESS', 1, 7],
    ] as const) {
      assert.deepEqual(await (await put({ behaviour, delayMs: 20 })).json(), { behaviour, delayMs: 20 });
      const before = (await texts('?count=1000')).length;
      assert.equal((await send(`behaves-${behaviour}`, account)).body['result'], result, behaviour);
      assert.equal((await texts('?count=1000')).length - before, kept, behaviour);
    }
  });

  it('refuse what they don’t know', async () => {
    for (const body of [
      {},
      { behaviour: 'explode' },
      { behaviour: 'late', delayMs: -1 },
      { behaviour: 'accept', more: 1 },
      [],
    ]) {
      assert.equal((await put(body)).status, 400, JSON.stringify(body));
    }
    for (const query of ['?count=0', '?count=x', '?to=abc', '?unknown=1']) {
      assert.equal((await fetch(`${app.operatorUrl}/inbox${query}`)).status, 400, query);
    }
  });

  /** Status of an answer to whoever calls the listener by that name. */
  const statusFor = ({ operatorUrl }: TestApplication, path: string, host: string) =>
    new Promise<number | undefined>((resolve) => {
      const { port } = new URL(operatorUrl);
      request({ host: '127.0.0.1', port, path, headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).end();
    });

  it('answer no web page that makes its own name point here', async () => {
    for (const host of [
      'evil.example',
      'evil.example:8081',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
    ]) {
      for (const path of ['/', '/inbox', '/metrics'])
        assert.equal(await statusFor(app, path, host), 421, host);
      // It tells nothing that is worth it, and probes call by any name.
      assert.equal(await statusFor(app, '/health/live', host), 200);
    }
    for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1:8081', '[::1]:8081', '10.1.2.3']) {
      assert.equal(await statusFor(app, '/inbox', host), 200, host);
    }
  });

  it('look at the name beyond loopback as well', async (t) => {
    const exposed = await startApplication({
      settings: { 'operator.host': '0.0.0.0', 'operator.hostNames': ['OTP.monitoring.example'] },
    });
    t.after(() => exposed.stop());
    assert.equal(await statusFor(exposed, '/inbox', 'evil.example'), 421);
    assert.equal(await statusFor(exposed, '/inbox', 'otp.monitoring.example:8081'), 200);
  });

  it('list themselves', async () => {
    const listed = async (path: string, status: number) => {
      const answer = await fetch(`${app.operatorUrl}${path}`);
      assert.equal(answer.status, status);
      return ((await answer.json()) as { routes: string[] }).routes;
    };
    const routes = await listed('/', 200);
    assert.ok(routes.includes('GET /health/ready') && routes.includes('PUT /inbox/behaviour'));
    assert.deepEqual(await listed('/helth', 404), routes);
  });

  it('cut off slow callers, and take so many connections and no more', { timeout: 60_000 }, async (t) => {
    const { port } = new URL(app.operatorUrl);
    const sockets = Array.from({ length: 300 }, () => connect(Number(port), '127.0.0.1').resume());
    t.after(() => sockets.map((socket) => socket.destroy()));
    const ended = (socket: Socket) =>
      new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
    sockets[0]?.write('GET /health/live HTTP/1.1\r\nhost: a\r\nx-slow: ');
    sockets[1]?.write('PUT /inbox/behaviour HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{');
    // Beyond the limit at once, below it when their time is over.
    await Promise.all(sockets.map(ended));
    assert.equal((await fetch(`${app.operatorUrl}/health/live`)).status, 200);
  });
});
