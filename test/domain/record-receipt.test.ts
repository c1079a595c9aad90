import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordReceipt } from '../../src/domain/record-receipt.ts';
import type { DeliveryReceipt } from '../../src/ports/delivery-receipt.ts';
import { openStore } from '../adapters/storage/store-under-test.ts';
import { accepted, issue } from '../contracts/otp-orders.ts';
import { TestClock } from '../system/test-clock.ts';

const receipt: DeliveryReceipt = {
  gateway: 'primary',
  receiptKey: 'primary:SM-send-1',
  state: 'delivered',
  detail: '',
};

/** Until whoever records has nothing left to do but to wait. */
async function untilWaiting(clock: TestClock): Promise<void> {
  while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
}

test('a receipt that is faster than the record of its text waits for it', async (t) => {
  const store = openStore(t);
  const clock = new TestClock();
  await issue(store, 'send-1');
  const recording = recordReceipt(receipt, { store, clock });
  await untilWaiting(clock);
  await store.settle(accepted('send-1'));
  clock.pass(100);
  assert.equal((await recording).kind, 'recorded');
});

test('a receipt of nobody knows which text is given up within two seconds', async (t) => {
  const store = openStore(t);
  const clock = new TestClock();
  const recording = recordReceipt(receipt, { store, clock });
  for (const waitMs of [100, 400, 1500]) {
    await untilWaiting(clock);
    clock.pass(waitMs);
  }
  assert.equal((await recording).kind, 'unmatched');
});
