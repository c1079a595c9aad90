import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BreakerState, CircuitBreaker } from '../../src/adapters/circuit-breaker.ts';
import { TestClock } from '../support/test-clock.ts';

/** `.` a call that goes well, `x` one that fails, `r` the rest passes, `-` a call that may not begin. */
const steps: readonly (readonly [what: string, steps: string, state: BreakerState['state']])[] = [
  ['four failures are too few', 'xxxx', 'closed'],
  ['five failures open it', 'xxxxx', 'open'],
  ['two of five do not', '..xx.', 'closed'],
  ['three of six do', '..xx.x', 'open'],
  ['three of five open it', '..xxx', 'open'],
  ['a call that goes well opens nothing, though half failed when there were too few', 'xxxx..', 'closed'],
  ['the next failure does', 'xxxx.x', 'open'],
  ['five of ten open it', '.....xxxxx', 'open'],
  ['four of ten do not', '......xxxx', 'closed'],
  ['what is ten calls ago counts no more', 'xxxx..............xxxx', 'closed'],
  ['nor does what went well ten calls ago', '....................xxxxx', 'open'],
  ['a third of all, for long', 'x..x..x..x..x..x..x..x..x..x..', 'closed'],
  ['none may begin before the rest is over', 'xxxxx-', 'open'],
  ['after it one call tries, and closes it', 'xxxxxr.', 'closed'],
  ['or opens it again', 'xxxxxrx-', 'open'],
  ['for a whole rest', 'xxxxxrxr.', 'closed'],
  ['what failed before the rest counts no more', 'xxxxxr.xxx', 'closed'],
  ['the try counts as the first of the next calls', 'xxxxxr.xxxx', 'open'],
];

for (const [what, calls, state] of steps) {
  test(`a breaker: ${what} (${calls})`, () => {
    const clock = new TestClock();
    const breaker = new CircuitBreaker(clock);
    for (const call of calls) {
      if (call === 'r') {
        clock.pass(5000);
        continue;
      }
      const end = breaker.begin();
      assert.equal(end === undefined, call === '-', `at ${JSON.stringify(breaker.now)}`);
      end?.(call === 'x');
    }
    assert.equal(breaker.now.state, state);
  });
}

/** A breaker that opened just now. */
function opened() {
  const clock = new TestClock();
  const breaker = new CircuitBreaker(clock);
  const early = Array.from({ length: 6 }, () => breaker.begin());
  for (const end of early.slice(0, 5)) end?.(true);
  assert.deepEqual(breaker.now, { state: 'open', sinceMs: clock.steadyMs() });
  return { clock, breaker, early: early[5] };
}

test('a breaker rests for five seconds to the millisecond, and then lets one call begin', () => {
  const { clock, breaker } = opened();
  clock.pass(4999);
  assert.equal(breaker.begin(), undefined);
  clock.pass(1);
  const end = breaker.begin();
  assert.deepEqual(breaker.now, { state: 'half-open', sinceMs: clock.steadyMs() });
  clock.pass(60_000);
  assert.equal(breaker.begin(), undefined, 'one is trying it still');
  end?.(true);
  assert.deepEqual(
    breaker.now,
    { state: 'open', sinceMs: clock.steadyMs() },
    'the rest begins when it failed',
  );
});

test('what comes of a call of before the opening neither closes the breaker nor opens it again', () => {
  for (const failed of [true, false]) {
    const { clock, breaker, early } = opened();
    clock.pass(5000);
    const end = breaker.begin();
    early?.(failed);
    assert.equal(breaker.now.state, 'half-open');
    end?.(false);
    assert.equal(breaker.now.state, 'closed');
  }
});

test('a wall clock that is set ends no rest', () => {
  const { clock, breaker } = opened();
  const aheadMs = clock.nowMs() + 86_400_000;
  clock.nowMs = () => aheadMs;
  assert.equal(breaker.begin(), undefined);
});
