import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { receiptDigest } from '../../src/domain/receipt-digest.ts';
import type { DeliveryReceipt } from '../../src/ports/delivery-receipt.ts';
import { UnavailableError } from '../../src/ports/unavailable.ts';
import { ReceiptRecorder } from '../../src/receipts/record.ts';
import { openStore } from '../adapters/storage/sqlite/store-under-test.ts';
import { accepted, issue, settleText } from '../contracts/otp-orders.ts';
import { TestClock } from '../support/test-clock.ts';
import { until } from '../support/until.ts';

const receipt: DeliveryReceipt = {
  gateway: 'primary',
  receiptKey: 'primary:SM-send-1',
  state: 'delivered',
  detail: '',
};

const digestKey = createSecretKey(Buffer.alloc(32, 7));

function start(t: TestContext) {
  const store = openStore(t);
  const clock = new TestClock();
  const told: string[] = [];
  let fault: Error | undefined;
  const recorder = new ReceiptRecorder({
    clock,
    digestKey,
    store: {
      recordReceipt: (...arguments_) =>
        fault === undefined ? store.recordReceipt(...arguments_) : Promise.reject(fault),
    },
    report: (_, came) => told.push(came instanceof Error ? came.message : came.kind),
  });
  const setFault = (next: Error | undefined) => {
    fault = next;
  };
  return { store, clock, told, recorder, setFault };
}

/** Until whoever records has nothing left to do but to wait. */
async function untilWaiting(clock: TestClock, count = 1): Promise<void> {
  await until(() => clock.waiting >= count);
}

test('a receipt that is faster than the record of its text waits for it, and whoever brought it does not', async (t) => {
  const { store, clock, told, recorder } = start(t);
  await issue(store, 'send-1');
  await recorder.take(receipt);
  assert.deepEqual(told, []);
  await settleText(store, accepted('send-1'));
  clock.pass(100);
  await until(() => told.length > 0);
  assert.deepEqual(told, ['recorded']);
  await recorder.take(receipt);
  assert.deepEqual(told, ['recorded', 'repeated']);
});

test('a receipt of nobody knows which text is given up within two seconds, and told of once', async (t) => {
  const { clock, told, recorder } = start(t);
  await recorder.take(receipt);
  for (const waitMs of [100, 400, 1500]) {
    await untilWaiting(clock);
    clock.pass(waitMs);
  }
  await until(() => told.length > 0);
  assert.deepEqual(told, ['unmatched']);
  assert.equal(clock.waiting, 0);
});

test('any number of receipts of unknown texts keep no known one waiting, and are kept in bounds', {
  timeout: 60_000,
}, async (t) => {
  const { store, clock, told, recorder } = start(t);
  for (let count = 0; count < 10_050; count += 1) {
    await recorder.take({ ...receipt, receiptKey: `primary:unknown-${count}` });
  }
  assert.equal(clock.waiting, 10_000);
  assert.deepEqual(new Set(told.splice(0)), new Set(['unmatched']));
  await issue(store, 'send-1');
  await settleText(store, accepted('send-1'));
  await recorder.take(receipt);
  assert.deepEqual(told, ['recorded']);
});

test('a receipt that can not be recorded is told of, and whoever brought it knows', async (t) => {
  const { clock, told, recorder, setFault } = start(t);
  setFault(new UnavailableError('the store is down'));
  await assert.rejects(recorder.take(receipt), UnavailableError);
  assert.deepEqual(told.splice(0), ['the store is down']);
  setFault(undefined);
  await recorder.take(receipt);
  setFault(new UnavailableError('the store is down'));
  for (const waitMs of [100, 400, 1500]) {
    await untilWaiting(clock);
    clock.pass(waitMs);
  }
  await until(() => told.length > 0);
  assert.deepEqual(told, ['the store is down']);
});

test('at the end the texts of those that wait are looked for once more', async (t) => {
  const { store, clock, told, recorder } = start(t);
  await issue(store, 'send-1');
  await recorder.take(receipt);
  await recorder.take({ ...receipt, receiptKey: 'primary:unknown' });
  await settleText(store, accepted('send-1'));
  await recorder.close();
  assert.deepEqual(told.toSorted(), ['recorded', 'unmatched']);
  assert.equal(clock.waiting, 0);
});

test('[OQ-87] a text is found by the digest of each of its keys, and one that is filed in the clear as well', async (t) => {
  const { store, told, recorder } = start(t);
  const key = 'primary:14035550123';
  const filed = { 'send-1': receiptDigest(digestKey, key), 'send-2': 'primary:0001' };
  for (const [requestId, receiptKey] of Object.entries(filed)) {
    await issue(store, requestId);
    await settleText(store, {
      ...accepted(requestId),
      text: { gateway: 'primary', messageId: 'a', receiptKey },
    });
  }
  assert.doesNotMatch(filed['send-1'], /5550123/);
  await recorder.take({
    ...receipt,
    receiptKey: 'primary:other',
    otherKeys: [key],
    rivalKeys: ['primary:0001'],
  });
  await recorder.take({ ...receipt, receiptKey: key, detail: '' });
  await recorder.take({ ...receipt, receiptKey: 'primary:0001' });
  await recorder.take({ ...receipt, receiptKey: 'primary:0001', rivalKeys: [key] });
  assert.deepEqual(told, ['ambiguous', 'recorded', 'recorded', 'ambiguous']);
});
