import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { type AddressInfo, connect } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { addReceiptRoutes, type ReceiptRoutes } from '../../src/http/receipt-routes.ts';
import { createServer } from '../../src/http/server.ts';
import type { DeliveryReceipt, ReceiptCall, ReceiptReading } from '../../src/ports/delivery-receipt.ts';
import { UnavailableError } from '../../src/ports/unavailable.ts';
import type { ReceiptReport } from '../../src/receipts/report.ts';
import { Receipts } from '../../src/receipts/take.ts';
import { TestClock } from '../support/test-clock.ts';
import { until } from '../support/until.ts';
import { watching } from './watching.ts';

const limits = {
  bodyBytesMax: 65_536,
  headersTimeoutMs: 1000,
  requestTimeoutMs: 1500,
  keepAliveTimeoutMs: 5000,
  connectionsMax: 64,
};

const receiptOf = (receiptKey: string): DeliveryReceipt => ({
  gateway: 'one',
  receiptKey,
  state: 'delivered',
  detail: 'ok',
});

/** The routes on a real listener, in front of a reader that yields what is prepared. */
async function serve(
  t: TestContext,
  {
    record = async () => {},
    ...more
  }: Partial<ReceiptRoutes> & { readonly record?: (receiptKey: string) => Promise<void> } = {},
) {
  const calls: ReceiptCall[] = [];
  const sunk: string[] = [];
  const reports: ReceiptReport[] = [];
  const prepared: { reading: ReceiptReading | Error; fault: Error | undefined } = {
    reading: { kind: 'receipts', receipts: [receiptOf('key-1')] },
    fault: undefined,
  };
  const refused: number[] = [];
  const onRefused = (status: number) => refused.push(status);
  const server = createServer(limits, watching(onRefused));
  addReceiptRoutes(server, {
    path: '/receipts',
    publicUrl: 'https://bank.example/otp',
    readers: new Map([
      [
        'one',
        async (call) => {
          calls.push(call);
          if (prepared.reading instanceof Error) throw prepared.reading;
          return prepared.reading;
        },
      ],
    ]),
    receipts: new Receipts({
      store: {
        async recordReceipt({ keys }) {
          // Looked for by its digest first, and then by the key itself.
          const receiptKey = keys.at(-1) ?? '';
          sunk.push(receiptKey);
          if (prepared.fault !== undefined) throw prepared.fault;
          await record(receiptKey);
          return { record: { kind: 'recorded', country: undefined, sinceSubmittedMs: 0 } };
        },
      },
      clock: new TestClock(),
      digestKey: createSecretKey(Buffer.alloc(32, 7)),
      report: (report) => reports.push(report),
    }),
    onRefused,
    concurrentMax: 8,
    ...more,
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  t.after(() => server.close());
  const { port } = server.server.address() as AddressInfo;
  const ask = async (path = '/receipts/one', options: RequestInit = { method: 'POST', body: 'x' }) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, options);
    assert.equal(await response.text(), '', 'nothing is told to whoever calls');
    return response.status;
  };
  const outcomes = () => reports.map(({ outcome }) => outcome);
  return { ask, calls, sunk, reports, refused, outcomes, prepared, port };
}

describe('the routes that gateways call', () => {
  test('a call comes to the reader as it was, with the URL as the gateway knows it', async (t) => {
    const { ask, calls } = await serve(t);
    const path = '/receipts/one?reference=a%20b&signature=x';
    const body = new Uint8Array([0, 255, 123]);
    const headers = { 'content-type': 'application/x-strange', 'X-Proof': 'A' };
    assert.equal(await ask(path, { method: 'POST', body, headers }), 200);
    assert.equal(await ask(path, { method: 'GET' }), 200);
    const [posted, got] = calls;
    assert.equal(posted?.url, `https://bank.example/otp${path}`);
    assert.equal(posted.headers['x-proof'], 'A');
    assert.deepEqual([...posted.body], [...body]);
    assert.deepEqual([got?.method, got?.body.length], ['GET', 0]);
  });

  test('what is taken, or says nothing final, is answered 200: repeating it would change nothing', async (t) => {
    const { ask, sunk, outcomes, prepared } = await serve(t);
    assert.equal(await ask(), 200);
    assert.equal(sunk.length, 1);
    prepared.reading = { kind: 'receipts', receipts: [] };
    assert.equal(await ask(), 200);
    assert.deepEqual(outcomes(), ['recorded', 'not-final']);
  });

  test('a call that nothing proves is answered 403, and nothing changes', async (t) => {
    const { ask, sunk, outcomes, prepared } = await serve(t);
    prepared.reading = { kind: 'unauthenticated' };
    assert.equal(await ask(), 403);
    assert.deepEqual(sunk, []);
    prepared.reading = { kind: 'unreadable' };
    assert.equal(await ask(), 400);
    assert.deepEqual(sunk, []);
    assert.deepEqual(outcomes(), ['unauthenticated', 'unreadable']);
  });

  test('while the store or the proof can not be had, the gateway is to try again', async (t) => {
    const { ask, reports, prepared } = await serve(t);
    prepared.fault = new UnavailableError('the store is down');
    assert.equal(await ask(), 503);
    prepared.fault = new Error('a bug');
    assert.equal(await ask(), 500);
    prepared.fault = undefined;
    prepared.reading = new UnavailableError('no certificate');
    assert.equal(await ask(), 503);
    prepared.reading = new Error('a bug');
    assert.equal(await ask(), 500);
    const told = reports.map(({ outcome, cause }) => [outcome, cause?.message]);
    assert.deepEqual(told, [
      ['unavailable', 'the store is down'],
      ['bug', 'a bug'],
      ['unavailable', 'no certificate'],
      ['bug', 'a bug'],
    ]);
  });

  test('of several receipts in one call, one that fails does not keep the others from being recorded', async (t) => {
    const recorded: string[] = [];
    const { ask, prepared } = await serve(t, {
      record: async (receiptKey) => {
        if (receiptKey === 'key-1') throw new UnavailableError('the store is down');
        recorded.push(receiptKey);
      },
    });
    prepared.reading = { kind: 'receipts', receipts: ['key-1', 'key-2', 'key-3'].map(receiptOf) };
    assert.equal(await ask(), 503, 'the gateway brings all of them again');
    assert.deepEqual(recorded, ['key-2', 'key-3']);
  });

  test('another gateway is 404, another method 405, and a body that is too long is not read', async (t) => {
    const { ask, calls, refused } = await serve(t);
    for (const path of ['/', '/receipts', '/receipts/', '/receipts/two', '/receipts/one/x', '/v1/sendOtp']) {
      assert.equal(await ask(path), 404, path);
    }
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']) {
      assert.equal(await ask('/receipts/one', { method }), 405, method);
    }
    assert.equal(await ask('/receipts/one', { method: 'POST', body: 'x'.repeat(65_537) }), 400);
    assert.deepEqual(calls, []);
    assert.deepEqual(refused, [...Array(6).fill(404), ...Array(5).fill(405), 400]);
  });

  test('beyond so many calls at once, further ones are answered 503', { timeout: 20_000 }, async (t) => {
    const release: (() => void)[] = [];
    const { ask, outcomes } = await serve(t, {
      // Half of them for gateways that have not proved to call yet.
      concurrentMax: 4,
      record: () => new Promise((resolve) => release.push(resolve)),
    });
    const first = [ask(), ask()];
    await until(() => release.length >= 2);
    assert.equal(await ask(), 503);
    for (const each of release) each();
    assert.deepEqual(await Promise.all(first), [200, 200]);
    assert.deepEqual(outcomes(), ['busy', 'recorded', 'recorded']);
    release.length = 0;
    const later = ask();
    await until(() => release.length >= 1);
    release[0]?.();
    assert.equal(await later, 200, 'whoever is done makes room');
  });

  test('garbage in place of HTTP is cut off', async (t) => {
    const { port, calls, refused } = await serve(t);
    const socket = connect(port, '127.0.0.1', () => socket.write('\x16\x03\x01 hello\r\n\r\n'));
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString();
    });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.on('close', resolve));
    assert.match(received, /^HTTP\/1\.1 400 /);
    assert.deepEqual(calls, []);
    assert.deepEqual(refused, [400]);
  });
});
