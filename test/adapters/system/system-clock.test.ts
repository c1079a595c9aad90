import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSystemClock } from '../../../src/adapters/system/system-clock.ts';

const DAY = 86_400_000;
const T0 = 1_800_000_000_000;

/** A machine whose clock shows 12 s more than that of the store. */
function machine(reachedMs = T0) {
  const time = { wallMs: T0 + 12_000, monotonicMs: 500 };
  const sources = { wallMs: () => time.wallMs, monotonicMs: () => time.monotonicMs };
  const clock = createSystemClock(reachedMs, sources);
  const pass = (durationMs: number) => {
    time.wallMs += durationMs;
    time.monotonicMs += durationMs;
  };
  return { clock, time, pass };
}

test('without a store that servers share, lives are measured by the clock of the machine', () => {
  const { clock, pass } = machine();
  pass(1000);
  assert.equal(clock.sharedMs(), clock.nowMs());
});

test('the clock of the store goes on between two looks, whatever the clock of the machine does', () => {
  const { clock, time, pass } = machine();
  clock.follow(T0, 2);
  assert.equal(clock.sharedMs(), T0);
  pass(1000);
  time.wallMs += DAY;
  assert.equal(clock.sharedMs(), T0 + 1000);
  assert.equal(clock.nowMs(), T0 + 13_000 + DAY);
});

test('of looks that agree the closest one counts; one that no error explains is a clock that was set', () => {
  const { clock } = machine();
  clock.follow(T0, 5);
  clock.follow(T0 + 40, 50);
  assert.equal(clock.sharedMs(), T0);
  clock.follow(T0 + 3, 1);
  assert.equal(clock.sharedMs(), T0 + 3);
  clock.follow(T0 - 7000, 50);
  assert.equal(clock.sharedMs(), T0 - 7000);
});

test('[OQ-69] neither a jump of the machine nor one of the store moves confirmed time', () => {
  const { clock, time, pass } = machine();
  clock.follow(T0, 2);
  time.wallMs += 40 * DAY;
  pass(1000);
  assert.equal(clock.confirmedMs(), T0 + 1000);
  clock.follow(T0 + 40 * DAY, 2);
  assert.equal(clock.confirmedMs(), T0 + 1000);
});

test('[OQ-69] a request confirms as much as the store agrees with', () => {
  const { clock } = machine();
  clock.follow(T0 + 5000, 2);
  clock.confirm(T0 + 11_000);
  assert.equal(clock.confirmedMs(), T0 + 5000);
  clock.follow(T0 + 40 * DAY, 2);
  clock.confirm(T0 + 11_000);
  assert.equal(clock.confirmedMs(), T0 + 11_000);
});

test('[OQ-69] what has passed for another server has passed here, and is never taken back', () => {
  const { clock, pass } = machine();
  clock.follow(T0, 2);
  clock.reach(T0 + 20_000);
  assert.equal(clock.confirmedMs(), T0 + 20_000);
  pass(1000);
  clock.reach(T0);
  assert.equal(clock.confirmedMs(), T0 + 21_000);
});
