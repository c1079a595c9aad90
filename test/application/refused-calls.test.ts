import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { plainCodec } from '../../src/codecs/plain.ts';
import type { Overrides } from '../../src/wiring/application.ts';
import { startApplication } from '../support/test-application.ts';

/** An application with one call at a time, its log, and a way to ask it. */
async function start(t: TestContext, overrides: Overrides = {}) {
  const log: Record<string, unknown>[] = [];
  const write = (text: string) => {
    const line = JSON.parse(text) as Record<string, unknown>;
    if (line['msg'] !== 'started') log.push(line);
  };
  const logDestination = { write };
  const app = await startApplication({
    settings: { 'log.level': 'info', 'requests.concurrentMax': 1, 'http.methods': ['sendOtp', 'echo'] },
    overrides: { ...overrides, logDestination },
  });
  t.after(() => app.stop());
  const ask = async (path: string, contentType = 'application/json') => {
    const headers = { 'content-type': contentType };
    const answer = await fetch(`${app.methodsUrl}${path}`, { method: 'POST', headers, body: '{}' });
    return { status: answer.status, text: await answer.text() };
  };
  const metrics = async () => (await fetch(`${app.operatorUrl}/metrics`)).text();
  return { ask, metrics, log };
}

describe('calls that are refused without a body', () => {
  it('[OQ-21] another content type leaves a line and is counted as a call', async (t) => {
    const { ask, metrics, log } = await start(t);
    assert.deepEqual(await ask('/v1/echo', 'text/secret'), { status: 400, text: '' });
    assert.deepEqual(
      log.map(({ level, msg, method, status, reason }) => [level, msg, method, status, reason]),
      [['warn', 'call', 'echo', 400, 'no such content type is served']],
    );
    assert.match(await metrics(), /^gsp_otp_calls_total\{method="echo",status="400",.*\} 1$/m);
    assert.ok(!JSON.stringify(log).includes('secret'));
  });

  it('[OQ-80] in the clear wait for no turn and end no connection, however many, while no time passes', async (t) => {
    const { ask, metrics } = await start(t);
    for (let at = 0; at < 300; at += 1) assert.equal((await ask('/v1/echo')).status, 400);
    assert.doesNotMatch(await metrics(), /^gsp_otp_connections_ended_total\{[^}]*\} [1-9]/m);
  });

  it('one call too many at once leaves a line and is counted as a call', async (t) => {
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const open: typeof plainCodec.open = async (payload) => {
      reached.resolve();
      await gate.promise;
      return { kind: 'opened', payload };
    };
    const { ask, metrics, log } = await start(t, { codecs: [{ ...plainCodec, open }] });
    const first = ask('/v1/sendOtp');
    await reached.promise;
    assert.deepEqual(await ask('/v1/echo'), { status: 503, text: '' });
    assert.deepEqual(
      log.map(({ level, msg, method, status, reason }) => [level, msg, method, status, reason]),
      [['warn', 'call', 'echo', 503, 'too many requests at once']],
    );
    assert.match(await metrics(), /^gsp_otp_calls_total\{method="echo",status="503",.*\} 1$/m);
    gate.resolve();
    assert.equal((await first).status, 400);
  });

  it('[OQ-21] what the listener answers by itself is counted by status, and told once in a while', async (t) => {
    const { ask, metrics, log } = await start(t);
    for (const path of ['/v1/verifyOtp', '/v1/verifyOtp', '/v1/verifyOtp?secret', '/secret']) await ask(path);
    const page = await metrics();
    assert.match(page, /^gsp_otp_refused_requests_total\{listener="methods",status="501"\} 3$/m);
    assert.match(page, /^gsp_otp_refused_requests_total\{listener="methods",status="404"\} 1$/m);
    assert.deepEqual(
      log.map(({ msg, listener, status }) => [msg, listener, status]),
      [
        ['refused', 'methods', 501],
        ['refused', 'methods', 404],
      ],
    );
    assert.ok(!JSON.stringify(log).includes('secret') && !page.includes('secret'));
  });
});
