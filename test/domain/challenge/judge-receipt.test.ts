import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeReceipt } from '../../../src/domain/challenge/judge-receipt.ts';
import { CHALLENGE_STATES } from '../../../src/ports/challenge-moves.ts';
import type { ReceivedText } from '../../../src/ports/otp-store.ts';
import { T0 } from '../../contracts/otp-orders.ts';

const text: ReceivedText = {
  challengeId: 'challenge-0000-1',
  state: 'sent',
  country: 'CA',
  submittedAtMs: T0,
  receipt: undefined,
};
const other = { ...text, challengeId: 'challenge-0000-2' };
const delivered = { gateway: 'primary', receiptKey: 'k', state: 'delivered', detail: '' } as const;
const undelivered = { ...delivered, state: 'undelivered', detail: '30003' } as const;

const kindOf = (texts: readonly ReceivedText[], rivals: readonly ReceivedText[] = [], receipt = delivered) =>
  judgeReceipt({ texts, rivals }, receipt, T0 + 1000).record.kind;

test('a receipt is noted on the one challenge that it can be about', () => {
  assert.deepEqual(judgeReceipt({ texts: [text, text], rivals: [text] }, undelivered, T0 + 1000), {
    record: { kind: 'recorded', country: 'CA', sinceSubmittedMs: 1000 },
    note: {
      challengeId: text.challengeId,
      state: 'sent',
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

test('what is told twice says nothing new, nor does anything after delivered', () => {
  const told = (receipt: 'delivered' | 'undelivered') => [{ ...text, receipt }];
  assert.equal(kindOf(told('delivered')), 'repeated');
  assert.equal(
    judgeReceipt({ texts: told('delivered'), rivals: [] }, undelivered, T0).record.kind,
    'repeated',
  );
  assert.equal(
    judgeReceipt({ texts: told('undelivered'), rivals: [] }, undelivered, T0).record.kind,
    'repeated',
  );
  assert.equal(kindOf(told('undelivered')), 'recorded');
});

test('[OQ-28] a text of unknown outcome that has a receipt was sent; no other state moves', () => {
  for (const state of CHALLENGE_STATES) {
    const { note } = judgeReceipt({ texts: [{ ...text, state }], rivals: [] }, undelivered, T0);
    assert.equal(note?.state, state === 'ambiguous' ? 'sent' : state);
  }
});
