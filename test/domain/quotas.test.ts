import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ceilingsFor, quotaReachMs, refusingQuota } from '../../src/domain/quotas.ts';
import type { IssueFacts, PastChallenge } from '../../src/ports/otp-store.ts';
import { examplePolicy as policy } from './example-policy.ts';

const NOW_MS = 1_800_000_000_000;
const HOUR_MS = 3_600_000;

function past(ageMs: number, changes: Partial<PastChallenge> = {}): PastChallenge {
  const issuedAtMs = NOW_MS - ageMs;
  return { issuedAtMs, state: 'sent', submissions: 1, failedAttempts: 0, attemptedAtMs: 0, ...changes };
}

function refusal(facts: Partial<IssueFacts>, changes: Partial<typeof policy> = {}, country = 'BR') {
  const applied = { ...policy, ...changes };
  const nothing = {
    request: undefined,
    challenge: undefined,
    accountChallenges: [],
    phoneNumberChallenges: [],
    ceilingSends: [],
    guard: undefined,
  };
  return refusingQuota({ ...nothing, ...facts }, ceilingsFor(applied, country), applied, NOW_MS);
}

function quotaThatRefuses(facts: Partial<IssueFacts>, changes: Partial<typeof policy> = {}) {
  return refusal(facts, changes)?.quota;
}

describe('quotas of an account and of a number', () => {
  it('nothing is refused to an account without a past', () => {
    assert.equal(refusal({}), undefined);
  });

  it('[OQ-5] an exhausted code locks the account until the lock has passed', () => {
    const exhausted = (attemptedMsAgo: number) =>
      past(attemptedMsAgo + 1000, {
        state: 'exhausted',
        failedAttempts: 5,
        attemptedAtMs: NOW_MS - attemptedMsAgo,
      });
    assert.equal(
      quotaThatRefuses({ accountChallenges: [exhausted(policy.exhaustionLockMs - 1)] }),
      'exhaustionLock',
    );
    assert.equal(quotaThatRefuses({ accountChallenges: [exhausted(policy.exhaustionLockMs)] }), undefined);
  });

  it('[SO-13] wrong codes count across challenges: a new code does not reset them', () => {
    const failed = (ageMs: number, failedAttempts: number) =>
      past(ageMs, { failedAttempts, attemptedAtMs: NOW_MS - ageMs });
    const accountChallenges = [failed(HOUR_MS, 4), failed(2 * HOUR_MS, 3)];
    assert.equal(quotaThatRefuses({ accountChallenges }), undefined);
    accountChallenges.push(failed(3 * HOUR_MS, 1));
    assert.equal(quotaThatRefuses({ accountChallenges }), 'failedVerificationsPerAccount');
    accountChallenges[0] = failed(25 * HOUR_MS, 4);
    assert.equal(quotaThatRefuses({ accountChallenges }), undefined);
  });

  it('the cool-down holds for the account and for the number, to the millisecond', () => {
    const within = [past(policy.coolDownMs - 1)];
    assert.equal(quotaThatRefuses({ accountChallenges: within }), 'coolDown');
    assert.equal(quotaThatRefuses({ phoneNumberChallenges: within }), 'coolDown');
    assert.equal(quotaThatRefuses({ accountChallenges: [past(policy.coolDownMs)] }), undefined);
    assert.equal(quotaThatRefuses({ accountChallenges: within }, { coolDownMs: 0 }), undefined);
  });

  it('[OQ-25] texts to one number within the window', () => {
    const five = [1, 2, 3, 4, 5].map((count) => past(HOUR_MS - count));
    assert.equal(quotaThatRefuses({ phoneNumberChallenges: five.slice(1) }), undefined);
    assert.equal(quotaThatRefuses({ phoneNumberChallenges: five }), 'sendsPerPhoneNumber');
    five[0] = past(HOUR_MS);
    assert.equal(quotaThatRefuses({ phoneNumberChallenges: five }), undefined);
  });

  it('texts to one account within the window, each submission counting', () => {
    const ten = Array.from({ length: 5 }, (_, index) => past(HOUR_MS * (index + 1), { submissions: 2 }));
    assert.equal(quotaThatRefuses({ accountChallenges: ten }), 'sendsPerAccount');
    assert.equal(quotaThatRefuses({ accountChallenges: ten.slice(1) }), undefined);
  });

  it('a refused submission counts for nothing', () => {
    const refused = Array.from({ length: 20 }, () => past(1000, { state: 'issued', submissions: 0 }));
    assert.equal(refusal({ accountChallenges: refused, phoneNumberChallenges: refused }), undefined);
  });

  it('the reach covers every window and the wrong codes that come late in a code’s life', () => {
    assert.equal(quotaReachMs(policy), 86_400_000 + policy.validityMs);
  });
});

describe('ceilings over all accounts', () => {
  const sendsPerCountry = (country: string | undefined) =>
    country === 'BR' ? { max: 100, windowMs: HOUR_MS } : undefined;
  const sendsGlobal = { max: 1000, windowMs: HOUR_MS };

  it('[OQ-40] a country that reached its ceiling is nobody’s own doing', () => {
    const refused = refusal({ ceilingSends: [100, 0] }, { sendsPerCountry, sendsGlobal });
    assert.deepEqual(refused, { quota: 'sendsPerCountry', byUser: false });
    assert.equal(refusal({ ceilingSends: [99, 999] }, { sendsPerCountry, sendsGlobal }), undefined);
  });

  it('a country without a ceiling counts against the global one only', () => {
    const ceilings = ceilingsFor({ ...policy, sendsPerCountry, sendsGlobal }, 'IN');
    assert.deepEqual(
      ceilings.map(({ ceiling }) => ceiling.subject),
      ['global'],
    );
    const refused = refusal({ ceilingSends: [1000] }, { sendsPerCountry, sendsGlobal }, 'IN');
    assert.deepEqual(refused, { quota: 'sendsGlobal', byUser: false });
  });

  it('numbers of no country share one count', () => {
    const everyCountry = () => ({ max: 1, windowMs: HOUR_MS });
    const [ceiling] = ceilingsFor({ ...policy, sendsPerCountry: everyCountry }, undefined);
    assert.equal(ceiling?.ceiling.subject, 'country:none');
  });
});
