import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  guardOrderFor,
  judgeByGuard,
  type MoneyGuardPolicy,
} from '../../../src/domain/limits/money-guard.ts';
import type { Block, GuardFacts } from '../../../src/ports/otp-store.ts';

const NOW_MS = 1_800_000_000_000;
const HOUR_MS = 3_600_000;

const policy: MoneyGuardPolicy = {
  enforced: true,
  windowMs: HOUR_MS,
  unverifiedPerVerified: 2,
  countryFloor: 100,
  rangeFloor: 30,
  prefixFloor: 10,
  countryMax: () => undefined,
  blockMs: HOUR_MS,
};
const destination = { country: 'BR', numberPrefix: '+551191234' };

function judge(
  unverified: readonly [number, number, number],
  verified: readonly [number, number, number] = [0, 0, 0],
  facts: Partial<GuardFacts> = {},
  changes: Partial<MoneyGuardPolicy> = {},
) {
  const gathered = {
    unverified,
    verified: () => verified,
    blocks: [],
    numberVerified: () => false,
    ...facts,
  };
  return judgeByGuard(gathered, { ...policy, ...changes }, destination, NOW_MS);
}

describe('the money guard', () => {
  it('counts a text under its country, its range and its prefix', () => {
    const subjects = guardOrderFor(policy, destination)?.unverified.map(({ subject }) => subject);
    assert.deepEqual(subjects, [
      'unverified:country:BR',
      'unverified:range:+5511912',
      'unverified:prefix:+551191234',
    ]);
    assert.equal(guardOrderFor(undefined, destination), undefined);
  });

  it('lets texts go up to the floors, whatever is verified', () => {
    assert.equal(judge([99, 29, 9]).refusal, undefined);
    assert.equal(judge([10, 10, 10]).refusal, 'unverifiedPerPrefix');
    assert.equal(judge([30, 30, 1]).refusal, 'unverifiedPerRange');
    assert.equal(judge([100, 1, 1]).refusal, 'unverifiedPerCountry');
  });

  it('makes room for twice as many unverified texts as there are verified ones', () => {
    assert.equal(judge([159, 1, 1], [80, 0, 0]).refusal, undefined);
    assert.equal(judge([160, 1, 1], [80, 0, 0]).refusal, 'unverifiedPerCountry');
    assert.equal(judge([159, 1, 19], [80, 0, 10]).refusal, undefined);
    assert.equal(judge([159, 1, 20], [80, 0, 10]).refusal, 'unverifiedPerPrefix');
  });

  it("a country's maximum counts even where much is verified, and below its floor", () => {
    const countryMax = (country = '') => ({ BR: 50 })[country];
    assert.equal(judge([49, 1, 1], [900, 0, 0], {}, { countryMax }).refusal, undefined);
    assert.equal(judge([50, 1, 1], [900, 0, 0], {}, { countryMax }).refusal, 'unverifiedPerCountry');
  });

  it('begins one block, of the narrowest subject, which ends after its time', () => {
    const { begin } = judge([500, 500, 500], [3, 2, 1]);
    assert.deepEqual(begin, [
      {
        subject: 'unverified:prefix:+551191234',
        sinceMs: NOW_MS,
        untilMs: NOW_MS + HOUR_MS,
        unverified: 500,
        verified: 1,
      },
    ]);
  });

  it('refuses while a block lasts, though the window has moved on', () => {
    const block: Block = {
      subject: 'unverified:range:+5511912',
      sinceMs: NOW_MS - 10,
      untilMs: NOW_MS + 10,
      unverified: 30,
      verified: 0,
    };
    const judged = judge([0, 0, 0], [0, 0, 0], { blocks: [undefined, block, undefined] });
    assert.deepEqual(judged, {
      refusal: 'unverifiedPerRange',
      begin: [],
      event: undefined,
      finding: { budget: 'unverifiedPerRange', mode: 'enforce' },
    });
  });

  it('exempts numbers that verified before, and records what stood against the text', () => {
    for (const enforced of [true, false]) {
      const judged = judge([500, 500, 10], [0, 0, 1], { numberVerified: () => true }, { enforced });
      assert.deepEqual(judged, {
        refusal: undefined,
        begin: [],
        event: {
          atMs: NOW_MS,
          event: 'guardExempt',
          detail: 'unverifiedPerPrefix prefix:+551191234, unverified 10, verified 1',
        },
        finding: { budget: 'unverifiedPerPrefix', mode: 'exempt' },
      });
    }
  });

  it('records an exemption from a block that lasts', () => {
    const subject = 'unverified:country:BR';
    const block: Block = {
      subject,
      sinceMs: NOW_MS - 10,
      untilMs: NOW_MS + 10,
      unverified: 100,
      verified: 7,
    };
    const { event } = judge([0, 0, 0], [0, 0, 0], { blocks: [block], numberVerified: () => true });
    assert.equal(event?.detail, 'unverifiedPerCountry country:BR, unverified 100, verified 7');
  });

  it('has nothing to record of a text under no pressure, whoever has the number', () => {
    const judged = judge([99, 29, 9], [0, 0, 0], { numberVerified: () => true });
    assert.deepEqual(judged, { refusal: undefined, begin: [], event: undefined });
  });

  it('only tells, while it observes', () => {
    const { refusal, begin, event, finding } = judge([10, 10, 10], [0, 0, 0], {}, { enforced: false });
    assert.equal(refusal, undefined);
    assert.equal(begin.length, 1);
    assert.deepEqual(event, {
      atMs: NOW_MS,
      event: 'guardWouldRefuse',
      detail: 'unverifiedPerPrefix prefix:+551191234, unverified 10, verified 0',
    });
    assert.deepEqual(finding, { budget: 'unverifiedPerPrefix', mode: 'observe' });
  });
});
