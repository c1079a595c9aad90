import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { judgeSettlement, type SubmissionNews } from '../../../src/domain/challenge/judge-settlement.ts';
import type { ChallengeState } from '../../../src/ports/challenge.ts';
import { CHALLENGE_MOVES, CHALLENGE_STATES } from '../../../src/ports/challenge-moves.ts';
import type { SettlementFacts } from '../../../src/ports/otp-store.ts';
import { accepted, refused, unknown } from '../../contracts/otp-orders.ts';

const facts: SettlementFacts = { requestState: 'claimed', state: 'submitting', submissions: 1, counted: [] };
const news = { accepted: accepted('send-1'), refused: refused('send-1'), unknown: unknown('send-1') };
type Kind = keyof typeof news;

/** The challenge's state and submissions afterwards, what becomes of the request, and whether a refused text counts. */
function settled(kind: Kind, changes: Partial<SettlementFacts>, more: Partial<SubmissionNews> = {}) {
  const decision = judgeSettlement({ ...facts, ...changes }, { ...news[kind], ...more });
  return [decision.state, decision.submissions, decision.request?.state, decision.refused];
}

const rows: readonly (readonly [
  string,
  Kind,
  Partial<SettlementFacts>,
  Partial<SubmissionNews>,
  unknown[],
])[] = [
  ['[SO-7] accepted', 'accepted', {}, {}, ['sent', 1, 'completed', false]],
  ['[OQ-11] refused', 'refused', {}, {}, ['issued', 0, 'released', true]],
  ['refused for good', 'refused', {}, { retryable: false }, ['issued', 0, 'completed', true]],
  ['[OQ-28] unknown', 'unknown', {}, {}, ['ambiguous', 1, 'released', false]],
  [
    'refused, after a first text of unknown outcome',
    'refused',
    { submissions: 2 },
    { submission: 2 },
    ['ambiguous', 1, 'released', true],
  ],
  ['refused, though verified', 'refused', { state: 'verified' }, {}, ['verified', 0, 'released', true]],
  [
    'accepted, when superseded',
    'accepted',
    { state: 'superseded' },
    {},
    ['superseded', 1, 'completed', false],
  ],
  [
    '[IDEM-2] refused, when answered',
    'refused',
    { requestState: 'completed', state: 'sent' },
    {},
    ['sent', 0, undefined, true],
  ],
  ['late yes', 'accepted', { state: 'ambiguous' }, { answer: undefined }, ['sent', 1, undefined, false]],
  ['late no', 'refused', { state: 'ambiguous' }, { answer: undefined }, ['issued', 0, undefined, true]],
  [
    'late no to what was sent',
    'refused',
    { state: 'sent' },
    { answer: undefined },
    ['sent', 1, undefined, false],
  ],
  [
    'refused, of an earlier submission',
    'refused',
    { submissions: 2 },
    {},
    ['submitting', 2, undefined, false],
  ],
  [
    '[OQ-28] accepted, of an earlier one',
    'accepted',
    { submissions: 2 },
    {},
    ['sent', 2, 'completed', false],
  ],
  [
    '[OQ-28] late yes to an earlier one',
    'accepted',
    { submissions: 2, state: 'ambiguous' },
    { answer: undefined },
    ['sent', 2, undefined, false],
  ],
  [
    '[OQ-28] refused, after the late yes to an earlier one',
    'refused',
    { submissions: 2, state: 'sent' },
    { submission: 2 },
    ['sent', 1, 'released', true],
  ],
];

for (const [name, kind, changes, more, expected] of rows) {
  test(`what is ${name}`, () => assert.deepEqual(settled(kind, changes, more), expected));
}

test('who has the text is told by the newest submission, or by one that was accepted before', () => {
  assert.equal(judgeSettlement(facts, news.accepted).text, news.accepted.text);
  const second = { ...facts, submissions: 2 };
  assert.equal(judgeSettlement(second, news.accepted).text, news.accepted.text);
  assert.equal(judgeSettlement({ ...second, state: 'sent' }, news.accepted).text, undefined);
  const supposed = { ...news.unknown, text: news.accepted.text };
  assert.equal(judgeSettlement(facts, supposed).text, supposed.text);
  assert.equal(judgeSettlement(second, supposed).text, undefined);
});

test('what a refused text was counted under is given back, and no more than that', () => {
  const text = (bucket: number) => ({
    sends: [{ subject: 'global', windowMs: 1000, bucket }],
    unverified: [{ subject: 'unverified:country:BR', windowMs: 2000, bucket }],
  });
  const two = { ...facts, state: 'submitting', submissions: 2, counted: [text(1), text(2)] } as const;
  const second = judgeSettlement(two, { ...news.refused, submission: 2 });
  assert.deepEqual(second.lower, [...text(2).sends, ...text(2).unverified]);
  assert.deepEqual(second.counted, [text(1)]);
  for (const kept of [
    judgeSettlement(two, { ...news.accepted, submission: 2 }),
    judgeSettlement(two, { ...news.unknown, submission: 2 }),
    judgeSettlement(two, news.refused),
  ]) {
    assert.deepEqual([kept.lower, kept.counted], [[], undefined]);
  }
  const uncounted = judgeSettlement(facts, news.refused);
  assert.deepEqual([uncounted.lower, uncounted.counted], [[], []]);
});

test('whatever is told of whichever submission, a challenge moves as it may', () => {
  const anyFacts = fc.record({
    requestState: fc.constantFrom('claimed', 'completed', 'released'),
    state: fc.constantFrom<ChallengeState>(...CHALLENGE_STATES),
    submissions: fc.nat(2),
    counted: fc.constant([]),
  });
  const kinds = fc.constantFrom<Kind>('accepted', 'refused', 'unknown');
  fc.assert(
    fc.property(anyFacts, kinds, fc.nat(2), fc.boolean(), (before, kind, submission, late) => {
      const told = { ...news[kind], submission, ...(late && { answer: undefined }) };
      const { state, submissions } = judgeSettlement(before as SettlementFacts, told);
      assert.ok(state === before.state || CHALLENGE_MOVES[before.state].includes(state));
      assert.ok(submissions >= 0 && submissions <= before.submissions);
    }),
  );
});
