import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type AttemptQuestion, judgeAttempt } from '../../../src/domain/challenge/judge-attempt.ts';
import type { OtpPolicy } from '../../../src/domain/limits/otp-policy.ts';
import type { Challenge, ChallengeState } from '../../../src/ports/challenge.ts';
import { CHALLENGE_MOVES } from '../../../src/ports/challenge-moves.ts';
import type { AttemptFacts } from '../../../src/ports/otp-store.ts';
import { examplePolicy as policy } from '../limits/example-policy.ts';

const NOW_MS = 1_800_000_000_000;
/** The wall clock may be anywhere. */
const WALL_MS = NOW_MS - 3_600_000;
const PRINT = Uint8Array.of(1);

const challenge: Challenge = {
  challengeId: 'a-challenge-id--',
  state: 'sent',
  nonce: new Uint8Array(16),
  secretId: 'k1',
  codeLength: 6,
  accountDigest: Uint8Array.of(7),
  phoneNumberDigest: Uint8Array.of(8),
  otpContext: undefined,
  issuedAtMs: NOW_MS - 60_000,
  expiresAtMs: NOW_MS + 540_000,
  expiresAtWallMs: WALL_MS + 540_000,
  recipient: undefined,
  submissions: 1,
  failedAttempts: 0,
  uses: [],
  country: 'BR',
  numberPrefix: '+551191234',
  counted: [],
  text: undefined,
};

function question(matches: boolean, ended?: string): AttemptQuestion {
  const key = { method: 'verifyOtp', requestId: 'verify-1' } as const;
  return {
    fingerprint: PRINT,
    owner: 'server-1',
    nowMs: NOW_MS,
    wallMs: WALL_MS,
    policy,
    use: 'verifyOtp',
    key,
    integratorId: 'this-attempt-id-',
    matches,
    unfit: undefined,
    ended,
    account: undefined,
    association: undefined,
  };
}

function attempt(matches: boolean, changes: Partial<Challenge> = {}, facts: Partial<AttemptFacts> = {}) {
  const attempted = { ...challenge, ...changes };
  return judgeAttempt(
    { request: undefined, challenge: attempted, wrongCodes: [], association: undefined, ...facts },
    question(matches),
  );
}

function judged(matches: boolean, changes: Partial<Challenge> = {}, facts: Partial<AttemptFacts> = {}) {
  const decision = attempt(matches, changes, facts);
  assert.ok(decision.kind === 'judged');
  const { request, state, failedAttempts, event } = decision;
  assert.deepEqual([request.state, request.reason], ['completed', event.event]);
  // `undefined`: it stays as it was.
  return [request.answer.result, state ?? changes.state ?? challenge.state, failedAttempts, event.event];
}

describe('judgeAttempt: the truth table of verifyOtp', () => {
  const rows: readonly [string, Partial<Challenge>, readonly unknown[], readonly unknown[]][] = [
    // state, right code, wrong code
    ['[VO-1] sent', {}, ['SUCCESS', 'verified', 0, 'verified'], ['OTP_NOT_MATCHED', 'sent', 1, 'wrong']],
    [
      '[OQ-28] ambiguous',
      { state: 'ambiguous' },
      ['SUCCESS', 'verified', 0, 'verified'],
      ['OTP_NOT_MATCHED', 'ambiguous', 1, 'wrong'],
    ],
    [
      '[OQ-28] submitting',
      { state: 'submitting' },
      ['SUCCESS', 'verified', 0, 'verified'],
      ['OTP_NOT_MATCHED', 'submitting', 1, 'wrong'],
    ],
    [
      '[OQ-5] the last attempt',
      { failedAttempts: 4 },
      ['SUCCESS', 'verified', 4, 'verified'],
      ['OTP_NOT_MATCHED', 'exhausted', 5, 'exhausted'],
    ],
    [
      '[VO-2] consumed',
      { state: 'verified' },
      ['OTP_ALREADY_USED', 'verified', 0, 'used'],
      ['OTP_NOT_MATCHED', 'verified', 0, 'wrongAfterUse'],
    ],
    [
      '[OQ-5] exhausted',
      { state: 'exhausted', failedAttempts: 5 },
      ['OTP_NOT_MATCHED', 'exhausted', 5, 'exhausted'],
      ['OTP_NOT_MATCHED', 'exhausted', 5, 'exhausted'],
    ],
    [
      '[OQ-14] superseded',
      { state: 'superseded' },
      ['OTP_NOT_MATCHED', 'superseded', 0, 'superseded'],
      ['OTP_NOT_MATCHED', 'superseded', 0, 'superseded'],
    ],
    [
      '[OQ-5] refused by the gateway',
      { state: 'issued', submissions: 0 },
      ['OTP_NOT_MATCHED', 'issued', 0, 'issued'],
      ['OTP_NOT_MATCHED', 'issued', 0, 'issued'],
    ],
    [
      '[OQ-5] expired, to the millisecond',
      { expiresAtMs: NOW_MS },
      ['OTP_NOT_MATCHED', 'sent', 0, 'expired'],
      ['OTP_NOT_MATCHED', 'sent', 0, 'expired'],
    ],
    [
      '[OQ-69] expired by the wall clock, to the millisecond',
      { expiresAtWallMs: WALL_MS },
      ['OTP_NOT_MATCHED', 'sent', 0, 'expired'],
      ['OTP_NOT_MATCHED', 'sent', 0, 'expired'],
    ],
    [
      'a millisecond before it expires',
      { expiresAtMs: NOW_MS + 1, expiresAtWallMs: WALL_MS + 1 },
      ['SUCCESS', 'verified', 0, 'verified'],
      ['OTP_NOT_MATCHED', 'sent', 1, 'wrong'],
    ],
  ];
  for (const [name, changes, right, wrong] of rows) {
    it(`${name}: the right code and a wrong one`, () => {
      assert.deepEqual(judged(true, changes), right);
      assert.deepEqual(judged(false, changes), wrong);
    });
  }

  it('[SO-13] an account that used up its wrong codes gets no comparison, not even of the right code', () => {
    const verdict = judged(true, {}, { wrongCodes: [{ atMs: NOW_MS, times: 8 }] });
    assert.deepEqual(verdict, ['OTP_NOT_MATCHED', 'sent', 0, 'failedVerificationsPerAccount']);
  });

  it('[OQ-68] what is not compared is neither a wrong code nor an exhaustion, but counts by itself', () => {
    const misstepsOf = (matches: boolean, changes: Partial<Challenge>, facts: Partial<AttemptFacts> = {}) => {
      const decision = attempt(matches, changes, facts);
      return decision.kind === 'judged' && decision.missteps;
    };
    assert.deepEqual(misstepsOf(true, {}), []);
    assert.deepEqual(misstepsOf(true, { state: 'verified' }), []);
    assert.deepEqual(misstepsOf(false, {}), ['wrong']);
    assert.deepEqual(misstepsOf(false, { failedAttempts: 4 }), ['wrong', 'exhausted']);
    const states = ['exhausted', 'superseded', 'issued'] as const;
    for (const changes of [...states.map((state) => ({ state })), { expiresAtMs: NOW_MS }]) {
      for (const matches of [true, false]) assert.deepEqual(misstepsOf(matches, changes), ['uncompared']);
    }
    assert.deepEqual(misstepsOf(false, { state: 'verified' }), ['uncompared']);
    assert.deepEqual(misstepsOf(true, {}, { wrongCodes: [{ atMs: NOW_MS, times: 8 }] }), ['uncompared']);
  });

  it('[OQ-70] a code whose account was closed or got another number is ended and not compared', () => {
    const facts = { request: undefined, wrongCodes: [], association: undefined };
    for (const matches of [true, false]) {
      const decision = judgeAttempt({ ...facts, challenge }, question(matches, 'closed-fraud'));
      assert.partialDeepStrictEqual(decision, {
        kind: 'judged',
        request: { answer: { result: 'OTP_NOT_MATCHED' } },
        state: 'superseded',
        failedAttempts: 0,
        event: { event: 'closed-fraud' },
        missteps: ['uncompared'],
      });
    }
    const used = judgeAttempt(
      { ...facts, challenge: { ...challenge, state: 'verified' } },
      question(true, 'closed'),
    );
    assert.equal(used.kind === 'judged' && used.request.answer.result, 'OTP_ALREADY_USED');
  });

  it('[VO-3] a retried verification answers as it did', () => {
    const answer = { result: 'SUCCESS', integratorId: 'earlier' };
    const request = {
      state: 'completed',
      fingerprint: PRINT,
      answer,
      owner: 'x',
      leaseExpiresAtMs: 0,
    } as const;
    assert.deepEqual(attempt(true, { state: 'verified' }, { request }), { kind: 'replay', record: request });
    const other = { ...request, fingerprint: Uint8Array.of(2) };
    assert.deepEqual(attempt(true, {}, { request: other }), { kind: 'conflict' });
  });

  it('a challenge that is gone is reported as absent', () => {
    const facts = { request: undefined, challenge: undefined, wrongCodes: [], association: undefined };
    assert.deepEqual(judgeAttempt(facts, question(true)), { kind: 'absent' });
  });

  it('no attempt makes an illegal move, and failed attempts never fall', () => {
    const states = Object.keys(CHALLENGE_MOVES) as ChallengeState[];
    const past = fc.record({
      state: fc.constantFrom(...states),
      failedAttempts: fc.nat(6),
      expiresAtMs: fc.integer({ min: NOW_MS - 2, max: NOW_MS + 2 }),
    });
    fc.assert(
      fc.property(past, fc.boolean(), (changes, matches) => {
        const decision = attempt(matches, changes);
        assert.ok(decision.kind === 'judged');
        const { state } = decision;
        const legal = state === undefined || CHALLENGE_MOVES[changes.state].includes(state);
        assert.ok(legal, `${changes.state} → ${state}`);
        assert.ok(decision.failedAttempts >= changes.failedAttempts);
        if (decision.request.answer.result === 'SUCCESS') assert.ok(matches && decision.state === 'verified');
      }),
    );
  });
});

describe('judgeAttempt: what the money guard counts', () => {
  const moneyGuard = {
    enforced: true,
    windowMs: 12 * 3_600_000,
    unverifiedPerVerified: 2,
    countryFloor: 10,
    rangeFloor: 10,
    prefixFloor: 10,
    countryMax: () => undefined,
    blockMs: 3_600_000,
  };
  const text = (bucket: number) => ({
    sends: [{ subject: 'global', windowMs: 1000, bucket }],
    unverified: [{ subject: 'unverified:country:BR', windowMs: 2000, bucket }],
  });
  const counted = [text(1), text(2)];
  const countsOf = (matches: boolean, guard: OtpPolicy['moneyGuard']) => {
    const facts = {
      request: undefined,
      challenge: { ...challenge, counted },
      wrongCodes: [],
      association: undefined,
    };
    const decision = judgeAttempt(facts, {
      ...question(matches),
      policy: { ...policy, moneyGuard: guard },
    });
    assert.ok(decision.kind === 'judged');
    return { counted: decision.counted, lower: decision.lower, raise: decision.raise };
  };
  const verified = {
    counted: counted.map(({ sends }) => ({ sends, unverified: [] })),
    lower: counted.flatMap(({ unverified }) => unverified),
  };

  it('no text of a verified code is unverified, wherever it was counted; it counts as verified as the settings are now', () => {
    const bucket = Math.floor(NOW_MS / 3_600_000);
    const raise = ['country:BR', 'range:+5511912', 'prefix:+551191234'].map((where) => {
      return { subject: `verified:${where}`, windowMs: moneyGuard.windowMs, bucket };
    });
    assert.deepEqual(countsOf(true, moneyGuard), { ...verified, raise });
  });

  it('a guard that was switched off since gives back, and counts no more', () => {
    assert.deepEqual(countsOf(true, undefined), { ...verified, raise: [] });
  });

  it('a wrong code leaves the counts as they are', () => {
    assert.deepEqual(countsOf(false, moneyGuard), { counted: undefined, lower: [], raise: [] });
  });
});
