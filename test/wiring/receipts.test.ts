import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type { DeliveryReceipt } from '../../src/ports/delivery-receipt.ts';
import { UnavailableError } from '../../src/ports/unavailable.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { receiptsOf } from '../../src/wiring/receipts.ts';
import { openStore } from '../adapters/storage/sqlite/store-under-test.ts';
import { accepted, issue, settleText } from '../contracts/otp-orders.ts';
import { TestClock } from '../support/test-clock.ts';

const receipt: DeliveryReceipt = {
  gateway: 'primary',
  receiptKey: 'primary:SM-send-1',
  state: 'delivered',
  detail: 'DELIVRD',
};

const call = { method: 'POST', url: 'https://bank.example/', headers: {}, body: new Uint8Array(0) };

/** Everything that takes receipts, as an application has it, with the lines and counts that it leaves. */
async function start(t: TestContext, fault?: Error) {
  const store = openStore(t);
  const clock = new TestClock();
  await issue(store, 'send-1');
  await settleText(store, accepted('send-1'));
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const metrics = createMetrics('0', { clockAheadMs: () => 0 });
  const receipts = receiptsOf({
    store: {
      recordReceipt: (...order) => (fault ? Promise.reject(fault) : store.recordReceipt(...order)),
    },
    clock,
    digestKey: createSecretKey(Buffer.alloc(32, 7)),
    log: createLog({ level: 'debug', format: 'json', destination }),
    metrics,
  });
  const traces = async () => ({
    lines: lines.map(({ time: _, err, ...line }) => ({
      ...line,
      cause: (err as Error | undefined)?.message,
    })),
    counts: (await metrics.page()).body
      .split('\n')
      .filter((line) => /^gsp_otp_(stray_)?receipts_total/.test(line)),
  });
  return { receipts, traces };
}

type Way = (receipts: Awaited<ReturnType<typeof start>>['receipts']) => Promise<unknown>;

const overHttp: Way = (receipts) =>
  receipts.takeCall(
    'primary',
    async () => ({ kind: 'receipts', receipts: [receipt] }),
    call,
    () => {},
  );

/** As `deliver_sm` does it, which answers the gateway for itself. */
const overSession: Way = (receipts) => receipts.take(receipt).catch(() => 'ESME_RX_T_APPN');

test('a receipt leaves the same line and the same count, whichever way it came', async (t) => {
  const left = [];
  for (const way of [overHttp, overSession]) {
    const { receipts, traces } = await start(t);
    await way(receipts);
    await way(receipts);
    left.push(await traces());
  }
  const [http, session] = left;
  assert.deepEqual(session, http);
  assert.deepEqual(
    http?.lines.map((line) => ('outcome' in line ? line.outcome : '')),
    ['recorded', 'repeated'],
  );
  assert.equal(http.counts.length, 2);
});

test('a receipt that can not be recorded is told of with its cause, whichever way it came', async (t) => {
  for (const fault of [new UnavailableError('the store is down'), new Error('a bug')]) {
    const left = [];
    for (const way of [overHttp, overSession]) {
      const { receipts, traces } = await start(t, fault);
      await way(receipts);
      left.push(await traces());
    }
    const [http, session] = left;
    assert.deepEqual(session, http);
    assert.deepEqual(
      http?.lines.map(({ cause }) => cause),
      [fault.message],
    );
    assert.equal(http.counts.length, 1);
  }
});
