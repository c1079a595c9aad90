import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeReceipt } from '../../../src/domain/challenge/judge-receipt.ts';
import { CHALLENGE_STATES } from '../../../src/ports/challenge-moves.ts';
import type { DeliveryReceipt } from '../../../src/ports/delivery-receipt.ts';
import type { ReceivedText } from '../../../src/ports/otp-store.ts';
import { T0 } from '../../contracts/otp-orders.ts';

const text: ReceivedText = {
  challengeId: 'challenge-0000-1',
  state: 'sent',
  gateway: 'primary',
  messageId: 'SM-1',
  country: 'CA',
  submittedAtMs: T0,
  receipt: undefined,
};
const other = { ...text, challengeId: 'challenge-0000-2' };
const delivered = { gateway: 'primary', receiptKey: 'k', state: 'delivered', detail: '' } as const;
const undelivered = { ...delivered, state: 'undelivered', detail: '30003' } as const;

/** Each text under a key of its own. */
const apart = (texts: readonly ReceivedText[]) => texts.map((text) => [text]);

const judge = (texts: readonly ReceivedText[], rivals: readonly ReceivedText[], receipt: DeliveryReceipt) =>
  judgeReceipt({ texts: apart(texts), rivals: apart(rivals) }, receipt, T0 + 1000);

const kindOf = (texts: readonly ReceivedText[], rivals: readonly ReceivedText[] = []) =>
  judge(texts, rivals, delivered).record.kind;

test('a receipt is noted on the one challenge that it can be about', () => {
  assert.deepEqual(judge([text, text], [text], undelivered), {
    record: { kind: 'recorded', country: 'CA', sinceSubmittedMs: 1000 },
    note: {
      challengeId: text.challengeId,
      state: 'sent',
      receipt: { state: 'undelivered', atMs: T0 + 1000 },
      event: { atMs: T0 + 1000, event: 'undelivered', detail: 'primary 30003' },
    },
  });
});

test('of no text, or of several, nothing is noted', () => {
  assert.equal(kindOf([]), 'unmatched');
  assert.equal(kindOf([], [text]), 'unmatched');
  assert.equal(kindOf([text, other]), 'ambiguous');
  assert.equal(kindOf([text], [other]), 'ambiguous');
});

test('of several texts under one key it is the one whose id is written as in the receipt, or else the newest', () => {
  const newest = { ...text, challengeId: 'challenge-0000-3', messageId: '0A' };
  const notedOn = (
    receiptKey: string,
    underKey: readonly ReceivedText[],
    rivals: readonly ReceivedText[] = [],
  ) => {
    const facts = { texts: [[], underKey], rivals: [rivals] };
    return judgeReceipt(facts, { ...delivered, receiptKey }, T0).note?.challengeId;
  };
  const filed = [newest, { ...other, messageId: '0a' }, { ...text, messageId: undefined }];
  assert.equal(notedOn('primary:0A', filed), newest.challengeId);
  assert.equal(notedOn('primary:0a', filed), other.challengeId);
  assert.equal(notedOn('primary:a', filed), newest.challengeId);
  // The same id at another gateway is another one, and an id that was not kept is none.
  assert.equal(notedOn('secondary:0a', filed), newest.challengeId);
  assert.equal(notedOn('primary:undefined', filed), newest.challengeId);
  assert.equal(notedOn('primary:0a', filed, filed), other.challengeId);
  assert.equal(notedOn('primary:0a', filed, [newest]), undefined);
});

test('what is told twice says nothing new, nor does anything after delivered', () => {
  const told = (receipt: 'delivered' | 'undelivered') => [{ ...text, receipt }];
  assert.equal(kindOf(told('delivered')), 'repeated');
  assert.equal(judge(told('delivered'), [], undelivered).record.kind, 'repeated');
  assert.equal(judge(told('undelivered'), [], undelivered).record.kind, 'repeated');
  assert.equal(kindOf(told('undelivered')), 'recorded');
});

test('[OQ-28] what has a receipt was sent, what was delivered also while it is sent once more; no other state moves', () => {
  for (const state of CHALLENGE_STATES) {
    const { note } = judge([{ ...text, state }], [], undelivered);
    assert.equal(note?.state, state === 'ambiguous' ? 'sent' : state);
    const onPhone = judge([{ ...text, state }], [], delivered).note;
    assert.equal(onPhone?.state, state === 'ambiguous' || state === 'submitting' ? 'sent' : state);
  }
});
