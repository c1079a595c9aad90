import assert from 'node:assert/strict';
import type { DeliveryReceipt } from '../../src/ports/delivery-receipt.ts';
import type { OtpStore } from '../../src/ports/otp-store.ts';
import {
  accepted,
  anAttempt,
  anIssue,
  issue,
  MINUTE,
  refused,
  settleText,
  T0,
  toJudge,
  toResume,
  unknown,
} from './otp-orders.ts';
import { noteReceipt } from './otp-steps.ts';
import type { StoreSuite } from './store-suite.ts';

function receipt(requestId: string, changes: Partial<DeliveryReceipt> = {}): DeliveryReceipt {
  return {
    gateway: 'primary',
    receiptKey: `primary:SM-${requestId}`,
    state: 'delivered',
    detail: '',
    ...changes,
  };
}

const text = (requestId: string) => accepted(requestId).text;

async function told(store: OtpStore, requestId: string) {
  const challenge = await store.findChallenge(requestId);
  return [challenge?.state, challenge?.text?.receipt?.state];
}

/** What a gateway tells of a text later. */
export function receiptContract({ open, test }: StoreSuite): void {
  test('a receipt is noted on the challenge, with the time since the text was handed over', async (t) => {
    const { store, reopen } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, accepted('send-1'));
    const record = await noteReceipt(store, receipt('send-1', { detail: '000' }), T0 + 4200);
    assert.deepEqual(record, { kind: 'recorded', country: 'CA', sinceSubmittedMs: 4000 });
    const reopened = await reopen();
    const [history] = await reopened.history('send-1');
    assert.deepEqual(history?.challenge?.text?.receipt, { state: 'delivered', atMs: T0 + 4200 });
    assert.deepEqual(history?.challenge?.events.at(-1), {
      atMs: T0 + 4200,
      event: 'delivered',
      detail: 'primary 000',
    });
  });

  test('what is told twice is noted once, and what was delivered stays delivered', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, accepted('send-1'));
    const undelivered = receipt('send-1', { state: 'undelivered' });
    assert.equal((await noteReceipt(store, undelivered, T0 + 1000)).kind, 'recorded');
    assert.equal((await noteReceipt(store, undelivered, T0 + 2000)).kind, 'repeated');
    assert.equal((await noteReceipt(store, receipt('send-1'), T0 + 3000)).kind, 'recorded');
    assert.equal((await noteReceipt(store, undelivered, T0 + 4000)).kind, 'repeated');
    assert.equal((await noteReceipt(store, receipt('send-1'), T0 + 5000)).kind, 'repeated');
    const [history] = await store.history('send-1');
    const events = history?.challenge?.events.map(({ event }) => event);
    assert.deepEqual(events, ['issued', 'accepted', 'undelivered', 'delivered']);
  });

  test('a receipt of a text that nobody knows changes nothing', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, refused('send-1'));
    assert.equal((await noteReceipt(store, receipt('send-1'), T0)).kind, 'unmatched');
    assert.deepEqual(await told(store, 'send-1'), ['issued', undefined]);
  });

  test('[OQ-28] a receipt proves that a text of unknown outcome left', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, unknown('send-1', { text: text('send-1') }));
    await noteReceipt(store, receipt('send-1'), T0 + 1000);
    assert.deepEqual(await told(store, 'send-1'), ['sent', 'delivered']);
  });

  test('[OQ-28] a phone that has the code needs no other text, though one is being handed over', async (t) => {
    const { store } = await open(t);
    const challenge = await issue(store, 'send-1');
    await settleText(store, unknown('send-1', { text: text('send-1') }));
    await store.issue(anIssue('send-1', { nowMs: T0 + MINUTE }), toResume({ ...challenge, submissions: 2 }));
    await noteReceipt(store, receipt('send-1', { state: 'undelivered' }), T0 + MINUTE);
    assert.deepEqual(await told(store, 'send-1'), ['submitting', 'undelivered']);
    await noteReceipt(store, receipt('send-1'), T0 + MINUTE);
    assert.deepEqual(await told(store, 'send-1'), ['sent', 'delivered']);
    await settleText(store, refused('send-1', { submission: 2, nowMs: T0 + MINUTE }));
    assert.deepEqual(await told(store, 'send-1'), ['sent', 'delivered']);
  });

  test('a receipt moves no challenge that is verified', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, accepted('send-1'));
    const order = anAttempt('verify-1', 'send-1');
    await store.attempt(order, toJudge(order, true));
    await noteReceipt(store, receipt('send-1'), T0 + 2 * MINUTE);
    assert.deepEqual(await told(store, 'send-1'), ['verified', 'delivered']);
  });

  test('a second submission has a receipt of its own', async (t) => {
    const { store } = await open(t);
    const challenge = await issue(store, 'send-1');
    await settleText(
      store,
      unknown('send-1', { text: { gateway: 'first', messageId: undefined, receiptKey: 'k1' } }),
    );
    await noteReceipt(store, receipt('send-1', { receiptKey: 'k1', state: 'undelivered' }), T0 + 1000);
    const again = { ...challenge, submissions: 2 };
    await store.issue(anIssue('send-1', { nowMs: T0 + MINUTE }), toResume(again));
    await settleText(store, accepted('send-1', { submission: 2, nowMs: T0 + MINUTE }));
    assert.deepEqual(await told(store, 'send-1'), ['sent', undefined]);
    assert.equal((await noteReceipt(store, receipt('send-1', { receiptKey: 'k1' }), T0)).kind, 'unmatched');
    assert.equal((await noteReceipt(store, receipt('send-1'), T0 + 2 * MINUTE)).kind, 'recorded');
  });
}
