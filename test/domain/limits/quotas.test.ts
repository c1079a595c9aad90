import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ceilingsFor, quotaReachMs, refusingQuota } from '../../../src/domain/limits/quotas.ts';
import type { AccountPast, Counted, IssueFacts, PhoneNumberPast } from '../../../src/ports/otp-store.ts';
import { NO_PAST, NOTHING_KNOWN } from '../../contracts/otp-orders.ts';
import { examplePolicy as policy } from './example-policy.ts';

const NOW_MS = 1_800_000_000_000;
const HOUR_MS = 3_600_000;

function past(ageMs: number, times = 1): Counted {
  return { atMs: NOW_MS - ageMs, times };
}

const ofAccount = (changes: Partial<AccountPast>) => ({ account: { ...NO_PAST.account, ...changes } });
const ofNumber = (changes: Partial<PhoneNumberPast>) => ({
  phoneNumber: { ...NO_PAST.phoneNumber, ...changes },
});

function refusal(facts: Partial<IssueFacts>, changes: Partial<typeof policy> = {}, country = 'BR') {
  const applied = { ...policy, ...changes };
  return refusingQuota({ ...NOTHING_KNOWN, ...facts }, ceilingsFor(applied, country), applied, NOW_MS);
}

function quotaThatRefuses(facts: Partial<IssueFacts>, changes: Partial<typeof policy> = {}) {
  return refusal(facts, changes)?.quota;
}

describe('quotas of an account and of a number', () => {
  it('nothing is refused to an account without a past', () => {
    assert.equal(refusal({}), undefined);
  });

  it('[OQ-5] an exhausted code locks the account until the lock has passed', () => {
    const exhausted = (ageMs: number) => quotaThatRefuses(ofAccount({ exhaustions: [past(ageMs)] }));
    assert.equal(exhausted(policy.exhaustionLockMs - 1), 'exhaustionLock');
    assert.equal(exhausted(policy.exhaustionLockMs), undefined);
  });

  it('[SO-13] wrong codes count across challenges: a new code does not reset them', () => {
    const wrongCodes = [past(HOUR_MS, 4), past(2 * HOUR_MS, 3)];
    assert.equal(quotaThatRefuses(ofAccount({ wrongCodes })), undefined);
    wrongCodes.push(past(3 * HOUR_MS));
    assert.equal(quotaThatRefuses(ofAccount({ wrongCodes })), 'failedVerificationsPerAccount');
    wrongCodes[0] = past(25 * HOUR_MS, 4);
    assert.equal(quotaThatRefuses(ofAccount({ wrongCodes })), undefined);
  });

  it('[OQ-68, SO-13] codes that came too late have a limit of their own', () => {
    const uncomparedCodes = [past(HOUR_MS, policy.uncomparedVerificationsPerAccount.max)];
    const refused = refusal(ofAccount({ uncomparedCodes }));
    assert.deepEqual(refused, { quota: 'uncomparedVerificationsPerAccount', byUser: true });
    uncomparedCodes[0] = past(HOUR_MS, policy.uncomparedVerificationsPerAccount.max - 1);
    assert.equal(refusal(ofAccount({ uncomparedCodes })), undefined);
  });

  it('the cool-down holds for the account and for the number, to the millisecond', () => {
    const texts = [past(policy.coolDownMs - 1)];
    assert.equal(quotaThatRefuses(ofAccount({ texts })), 'coolDown');
    assert.equal(quotaThatRefuses(ofNumber({ texts })), 'coolDown');
    assert.equal(quotaThatRefuses(ofAccount({ texts: [past(policy.coolDownMs)] })), undefined);
    assert.equal(quotaThatRefuses(ofAccount({ texts }), { coolDownMs: 0 }), undefined);
  });

  it('[OQ-25] texts to one number within the window', () => {
    const five = [1, 2, 3, 4, 5].map((count) => past(HOUR_MS - count));
    assert.equal(quotaThatRefuses(ofNumber({ texts: five.slice(1) })), undefined);
    assert.equal(quotaThatRefuses(ofNumber({ texts: five })), 'sendsPerPhoneNumber');
    five[0] = past(HOUR_MS);
    assert.equal(quotaThatRefuses(ofNumber({ texts: five })), undefined);
  });

  it('texts to one account within the window, each submission counting', () => {
    const ten = Array.from({ length: 5 }, (_, index) => past(HOUR_MS * (index + 1), 2));
    assert.equal(quotaThatRefuses(ofAccount({ texts: ten })), 'sendsPerAccount');
    assert.equal(quotaThatRefuses(ofAccount({ texts: ten.slice(1) })), undefined);
  });

  it('[OQ-67] refused texts have a cool-down and a quota of their own, which are not the user’s doing', () => {
    const { coolDownAfterRefusalMs, refusedTexts: quota } = policy;
    for (const make of [ofAccount, ofNumber]) {
      const coolDown = { quota: 'coolDownAfterRefusal', byUser: false };
      assert.deepEqual(refusal(make({ refusedTexts: [past(coolDownAfterRefusalMs - 1)] })), coolDown);
      assert.equal(refusal(make({ refusedTexts: [past(coolDownAfterRefusalMs)] })), undefined);
      const many = refusal(make({ refusedTexts: [past(HOUR_MS - 1, quota.max)] }));
      assert.deepEqual(many, { quota: 'refusedTexts', byUser: false });
      assert.equal(refusal(make({ refusedTexts: [past(HOUR_MS - 1, quota.max - 1)] })), undefined);
    }
  });

  it('the reach covers every window', () => {
    assert.equal(quotaReachMs(policy), 86_400_000);
    assert.equal(quotaReachMs({ ...policy, refusedTexts: { max: 1, windowMs: 90_000_000 } }), 90_000_000);
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
