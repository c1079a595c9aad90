import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createPlainServer } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type Exchange, exchange } from '../../../src/adapters/http-client/exchange.ts';
import { deadlineAfter } from '../../contracts/sms-gateway.ts';
import { makeCertificate } from '../../support/test-certificates.ts';
import { startBlackHole, startMute } from '../gateways/shared/black-hole.ts';
import { type StandInAnswer, startStandIn, unusedUrl } from '../gateways/shared/gateway-stand-in.ts';

const requestTo = (url: string) => ({ verb: 'POST', url, headers: {}, body: 'a=1' });

const ask = (url: string) => exchange(requestTo(url), deadlineAfter(5000));

/** An answer that came whole. `undefined`: none did. */
function textOf(result: Exchange) {
  if (result.kind !== 'answered') return undefined;
  const { status, bytes } = result.answer;
  return { status, text: String(Buffer.from(bytes)) };
}

/** Speaks TLS, but not so that a request may be sent; without a certificate no handshake succeeds. */
async function startTls(t: TestContext, options: ServerOptions): Promise<string> {
  const server = createServer(options, () => assert.fail('a request came through'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('an answer comes whole, whatever its status', async (t) => {
  const { url } = await startStandIn(t, { status: 418, body: 'ü' });
  assert.deepEqual(textOf(await ask(url)), { status: 418, text: 'ü' });
});

test('[OQ-28] a connection that never came about is told from one that broke', async (t) => {
  assert.deepEqual(await ask(await unusedUrl()), { kind: 'unreached', fault: 'ECONNREFUSED' });
  // RFC 6761: no such name exists.
  const nameless = await ask('https://gateway.invalid/');
  assert.equal(nameless.kind, 'unreached', JSON.stringify(nameless));
  const standIn = await startStandIn(t, 'cut-before-headers');
  assert.equal((await ask(standIn.url)).kind, 'lost');
});

for (const answer of [
  'cut-before-headers',
  'cut-after-headers',
  'reset-before-headers',
  'reset-after-headers',
  'not-http',
  { status: 200, body: 'late', afterMs: 60_000 },
  { status: 200, body: 'slow', byteEveryMs: 60 },
] satisfies StandInAnswer[]) {
  test(`[OQ-28] of ${JSON.stringify(answer)} nobody knows what became of the request`, async (t) => {
    const { url } = await startStandIn(t, answer);
    const result = await exchange(requestTo(url), deadlineAfter(150));
    assert.equal(result.kind, 'lost', JSON.stringify(result));
  });
}

test('[OQ-28] an answer that comes late or slowly, but in time, is one', async (t) => {
  for (const answer of [
    { status: 200, body: 'late', afterMs: 5 },
    { status: 200, body: 'slow', byteEveryMs: 1 },
  ]) {
    const { url } = await startStandIn(t, answer);
    assert.deepEqual(textOf(await ask(url)), { status: 200, text: answer.body });
  }
});

test('a gateway that was down is reached again at the same place', async (t) => {
  // No connection is kept, of whose end nobody here has heard yet when the next request goes out.
  const standIn = await startStandIn(t, { status: 200, body: '', headers: { connection: 'close' } });
  const kind = async () => (await ask(standIn.url)).kind;
  assert.equal(await kind(), 'answered');
  await standIn.reach('refuses');
  assert.equal(await kind(), 'unreached');
  await standIn.reach('closes-at-once');
  assert.equal(await kind(), 'lost');
  await standIn.reach('listens');
  assert.equal(await kind(), 'answered');
  assert.equal(standIn.requests.length, 2);
});

test('a server that does not speak TLS was never reached', async (t) => {
  const { url, requests } = await startStandIn(t);
  const result = await ask(url.replace('http:', 'https:'));
  assert.equal(result.kind, 'unreached', JSON.stringify(result));
  assert.equal(requests.length, 0);
});

test('[OQ-28] before a handshake that the other side breaks off nothing was sent', async (t) => {
  const result = await ask(await startTls(t, {}));
  assert.equal(result.kind, 'unreached', JSON.stringify(result));
});

test('a server with a certificate that nobody vouches for was never sent anything', async (t) => {
  const { certificate: cert, key } = makeCertificate();
  const url = await startTls(t, { cert, key });
  assert.deepEqual(await ask(url), { kind: 'unreached', fault: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
});

test('[OPS-2] without time left nothing is sent', async (t) => {
  const { url, requests } = await startStandIn(t, { status: 200, body: '{}' });
  assert.deepEqual(await exchange(requestTo(url), deadlineAfter(0)), {
    kind: 'unreached',
    fault: 'no time left',
  });
  assert.equal(requests.length, 0);
});

test('an answer without end is given up', async (t) => {
  const { url } = await startStandIn(t, { status: 200, body: 'x'.repeat(65_537) });
  assert.equal((await ask(url)).kind, 'lost');
  const whole = await startStandIn(t, { status: 200, body: 'x'.repeat(65_536) });
  assert.equal((await ask(whole.url)).kind, 'answered');
});

for (const [where, start] of [
  ['packets get no answer', startBlackHole],
  ['the handshake of TLS never ends', startMute],
] as const) {
  test(`[OQ-28] where ${where} nothing was sent, found with time to spare, and nothing is left waiting`, async (t) => {
    const url = await start(t);
    const startedMs = performance.now();
    const result = await exchange(requestTo(url), deadlineAfter(3000));
    const tookMs = performance.now() - startedMs;
    assert.deepEqual(result, { kind: 'unreached', fault: 'ETIMEDOUT' });
    assert.ok(tookMs > 1790 && tookMs < 2900, `took ${tookMs} ms`);
    await setImmediate();
    assert.ok(!process.getActiveResourcesInfo().includes('TCPConnectWrap'));
  });

  test(`[OQ-28] where ${where} nothing was sent by a deadline that is near either`, async (t) => {
    const result = await exchange(requestTo(await start(t)), deadlineAfter(100));
    assert.deepEqual(result, { kind: 'unreached', fault: 'no connection by the deadline' });
  });
}

test('[OQ-28] of a reset on a connection that was kept nobody knows whether the request was read', async (t) => {
  let connections = 0;
  let requests = 0;
  const server = createPlainServer((request, response) => {
    requests += 1;
    if (requests === 1) response.end();
    else request.socket.resetAndDestroy();
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  assert.equal((await ask(url)).kind, 'answered');
  assert.deepEqual(await ask(url), { kind: 'lost', fault: 'ECONNRESET' });
  assert.equal(connections, 1);
});

test('headers and body arrive as they were given, and a request names its program', async (t) => {
  const standIn = await startStandIn(t, { status: 200, body: '' });
  const request = { verb: 'POST', url: standIn.url, headers: { 'x-name': 'Zoë' }, body: 'नमस्ते' };
  assert.equal((await exchange(request, deadlineAfter(5000))).kind, 'answered');
  assert.equal((await exchange({ ...request, body: undefined }, deadlineAfter(5000))).kind, 'answered');
  const [sent, empty] = standIn.requests;
  assert.equal(sent?.headers['x-name'], 'Zoë');
  assert.equal(sent?.headers['user-agent'], 'gsp-otp');
  assert.equal(sent?.body, 'नमस्ते');
  assert.equal(empty?.headers['content-length'], '0');
});

for (const [what, unfit, fault] of [
  [
    'header has a character beyond Latin-1',
    { headers: { 'x-key': 'wrong–s3cret' } },
    /a header has a character/,
  ],
  ['header breaks its line', { headers: { 'x-key': 'wrong\r\ns3cret' } }, /a header has a character/],
  ['header has a name with a space', { headers: { 'x s3cret': '1' } }, /a header has a name/],
  ['URL is none', { url: 'http://s3cret:port/' }, /the URL is none/],
] as const) {
  test(`[OQ-28] a request of which a ${what} is not sent, and the fault shows no value`, async () => {
    const result = await exchange({ ...requestTo(await unusedUrl()), ...unfit }, deadlineAfter(5000));
    assert.ok(result.kind === 'unreached', JSON.stringify(result));
    assert.match(result.fault, fault);
    assert.doesNotMatch(result.fault, /s3cret/);
  });
}

test('[OQ-28] a port that browsers do not connect to is a port like any other', async () => {
  // Among the ports that `fetch` blocks, the one that nobody listens on.
  assert.deepEqual(await ask('http://127.0.0.1:1'), { kind: 'unreached', fault: 'ECONNREFUSED' });
});
