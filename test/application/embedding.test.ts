import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { plainCodec } from '../../src/codecs/plain.ts';
import type { Overrides } from '../../src/wiring/application.ts';
import { activeNumber } from '../support/test-accounts.ts';
import { callMethod, codeIn, startApplication } from '../support/test-application.ts';

/** A server of somebody else's, with one path of its own, that hands all others to the application. */
async function start(
  t: TestContext,
  { overrides = {}, parses = false }: { overrides?: Overrides; parses?: boolean } = {},
) {
  const app = await startApplication({ settings: { 'http.methods': ['sendOtp', 'verifyOtp'] }, overrides });
  const faults: unknown[] = [];
  const serve = async (asked: IncomingMessage, answer: ServerResponse) => {
    if (asked.url === '/balance') return answer.end('42');
    if (parses) await textOf(asked);
    return app.application.handle(asked, answer).catch((error: unknown) => {
      faults.push(error);
      answer.writeHead(500).end();
    });
  };
  const server = createServer(serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await app.stop();
  });
  const { port } = server.address() as AddressInfo;
  return { app, port, url: `http://127.0.0.1:${port}`, faults };
}

const fields = { accountPhoneNumber: activeNumber(1), smsMatchingToken: 'AB12345678C' };

test("in a server of one's own a code is sent and verified, and its own paths are left alone", async (t) => {
  const { app, url } = await start(t);
  const sent = await callMethod(url, 'sendOtp', 'embedded-1', fields);
  assert.deepEqual([sent.status, sent.body['result']], [200, 'SUCCESS']);
  const otp = codeIn(app.application.inbox?.texts(1)[0]?.text.reveal() ?? '');
  const verified = await callMethod(url, 'verifyOtp', 'embedded-2', { sendOtpRequestId: 'embedded-1', otp });
  assert.equal(verified.body['result'], 'SUCCESS');
  assert.equal(await (await fetch(`${url}/balance`)).text(), '42');
  // The listener of its own has the same record.
  const again = await app.call('sendOtp', 'embedded-1', fields);
  assert.equal(again.body['result'], 'SUCCESS');
  assert.equal(app.application.inbox?.texts(9).length, 1);
});

for (const [what, path, init, status] of [
  ['a path of nobody', '/v1/sendOtps', { method: 'POST', body: '{}' }, 404],
  ['another verb', '/v1/sendOtp', { method: 'GET' }, 405],
  ['a method that is not offered', '/v1/echo', { method: 'POST', body: '{}' }, 501],
  [
    'a content type of nobody',
    '/v1/sendOtp',
    { method: 'POST', body: 'a', headers: { 'content-type': 'a/b' } },
    400,
  ],
  [
    'a body that is too large',
    '/v1/sendOtp',
    { method: 'POST', body: 'x'.repeat(2_000_000), headers: { 'content-type': 'application/json' } },
    400,
  ],
] as const) {
  test(`[OQ-21] ${what} is answered ${status}, without a body, and is counted`, async (t) => {
    const { app, url } = await start(t);
    const answer = await fetch(`${url}${path}`, init);
    assert.deepEqual([answer.status, await answer.text()], [status, '']);
    assert.equal(answer.headers.get('allow'), status === 405 ? 'POST' : null);
    const metrics = await (await fetch(`${app.operatorUrl}/metrics`)).text();
    assert.match(metrics, new RegExp(`^gsp_otp_\\w+_total\\{[^}]*status="${status}"[^}]*\\} 1$`, 'm'));
    assert.equal((await fetch(`${url}/balance`)).status, 200);
  });
}

test('[OQ-63] a head that can be read in two ways is refused here too', async (t) => {
  const { port } = await start(t);
  const asked = request({
    port,
    method: 'POST',
    path: '/v1/sendOtp',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  });
  asked.end('{}');
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  assert.deepEqual([answer.statusCode, await textOf(answer)], [400, '']);
});

test('a body that a parser has read is an error that says what to do', async (t) => {
  const { url, faults } = await start(t, { parses: true });
  assert.equal((await callMethod(url, 'sendOtp', 'embedded-1', fields)).status, 500);
  assert.match(String(faults[0]), /TypeError: .*ahead of any body parser/);
});

test('a caller who hangs up within the body harms nobody', async (t) => {
  const { port, url, faults } = await start(t);
  const socket = connect(port, '127.0.0.1');
  socket.write('POST /v1/sendOtp HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{');
  await once(socket, 'connect');
  socket.resetAndDestroy();
  assert.equal((await callMethod(url, 'sendOtp', 'embedded-1', fields)).status, 200);
  assert.deepEqual(faults, []);
});

test('the stop waits for the call that runs, and whoever comes later gets 503', async (t) => {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const open: typeof plainCodec.open = async (payload) => {
    reached.resolve();
    await gate.promise;
    return { kind: 'opened', payload };
  };
  const { app, url } = await start(t, { overrides: { codecs: [{ ...plainCodec, open }] } });
  const running = callMethod(url, 'sendOtp', 'embedded-1', fields);
  await reached.promise;
  const closing = app.application.close();
  const late = await callMethod(url, 'sendOtp', 'embedded-2', fields);
  assert.equal(late.status, 503);
  gate.resolve();
  assert.equal((await running).body['result'], 'SUCCESS');
  await closing;
});
