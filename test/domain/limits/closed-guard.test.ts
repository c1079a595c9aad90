import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type ClosedGuardPolicy,
  closedOrderFor,
  isPlausibleShare,
  judgeClosed,
} from '../../../src/domain/limits/closed-guard.ts';
import { bucketsAt } from '../../../src/domain/limits/text-counts.ts';
import type { ClosedFacts, ClosedState } from '../../../src/ports/otp-store.ts';

const NOW_MS = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const policy: ClosedGuardPolicy = { share: 0.05, seenMin: 200, closedMin: 20 };
const [seenCeiling, closedCeiling] = closedOrderFor(new Uint8Array(16), NOW_MS).ceilings;

function judge(accounts: readonly [number, number], facts: Partial<ClosedFacts> = {}) {
  return judgeClosed({ seen: [], closed: [], accounts, state: undefined, ...facts }, policy, NOW_MS);
}

const at = (atMs: number) => [{ atMs, times: 1 }];

describe('the closed-account guard [OQ-95]', () => {
  it('notes a closed account that is new as seen and as closed, and counts both', () => {
    assert.deepEqual(judge([0, 0]), {
      sightings: ['seen', 'closed'],
      raise: bucketsAt([seenCeiling, closedCeiling], NOW_MS),
      state: undefined,
    });
  });

  it('counts each account once a day: as closed too where it was seen before', () => {
    assert.deepEqual(judge([5, 0], { seen: at(NOW_MS - HOUR_MS) }), {
      sightings: ['closed'],
      raise: bucketsAt([closedCeiling], NOW_MS),
      state: undefined,
    });
    const both = { seen: at(NOW_MS - DAY_MS + 1), closed: at(NOW_MS - DAY_MS + 1) };
    assert.deepEqual(judge([5, 1], both), { sightings: [], raise: [], state: undefined });
    const old = { seen: at(NOW_MS - DAY_MS), closed: at(NOW_MS - DAY_MS) };
    assert.deepEqual(judge([5, 1], old).sightings, ['seen', 'closed']);
  });

  it('counts no account twice in one window', () => {
    const lastMs = NOW_MS + DAY_MS;
    const [counted] = bucketsAt([seenCeiling], NOW_MS);
    const [first] = bucketsAt([seenCeiling], lastMs);
    assert.ok(counted && first && counted.bucket < first.bucket - 12);
  });

  it('withholds from when there are enough, and more closed than the share', () => {
    for (const [seen, closed, isWithheld] of [
      [198, 100, false],
      [199, 100, true],
      [200, 9, false],
      [379, 18, false],
      [379, 19, true],
      [398, 19, true],
      [399, 19, false],
      [399, 20, true],
      [1_000_000, 49_999, false],
      [1_000_000, 50_000, true],
    ] as const) {
      const { state } = judge([seen, closed]);
      const withheld: ClosedState = { kind: 'withheld', sinceMs: NOW_MS, seen: seen + 1, closed: closed + 1 };
      assert.deepEqual(state, isWithheld ? withheld : undefined, `${closed} of ${seen}`);
    }
  });

  it('counts nothing while they are withheld or confirmed, and what is found out stays', () => {
    const withheld: ClosedState = { kind: 'withheld', sinceMs: 1, seen: 200, closed: 30 };
    assert.deepEqual(judge([500, 400], { state: withheld }), { sightings: [], raise: [], state: withheld });
    const confirmed: ClosedState = { kind: 'confirmed', untilMs: NOW_MS + 1 };
    assert.deepEqual(judge([500, 400], { state: confirmed }), { sightings: [], raise: [], state: confirmed });
  });

  it('counts anew when what was confirmed has ended', () => {
    const state: ClosedState = { kind: 'confirmed', untilMs: NOW_MS };
    assert.deepEqual(judge([500, 0], { state }).state, state);
    assert.deepEqual(judge([500, 0], { state }).sightings, ['seen', 'closed']);
    assert.equal(judge([500, 30], { state }).state?.kind, 'withheld');
  });

  it('with a share of 1 takes any number for plausible', () => {
    assert.equal(isPlausibleShare(1000, 1000, { ...policy, share: 1 }), true);
  });
});
