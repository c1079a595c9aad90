import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REFUSALS_MAX, Standing } from '../../src/http/standing.ts';
import { TestClock } from '../support/test-clock.ts';

function start() {
  const clock = new TestClock();
  return { clock, standing: new Standing(clock) };
}

const times = (count: number, run: () => void) => {
  for (let at = 0; at < count; at += 1) run();
};

describe('[OQ-61] what a connection has shown', () => {
  it('[ECHO-3] Google’s invalid probes are never too many, at their closest and in any order', () => {
    const { clock, standing } = start();
    times(30, () => standing.offend());
    assert.equal(standing.spent, false, 'all of fifteen minutes at once');
    clock.pass(900_000);
    times(1000, () => {
      standing.offend();
      clock.pass(10_000);
      assert.equal(standing.spent, false);
    });
  });

  it('one more at once is too many for one that proved nothing', () => {
    const { standing } = start();
    times(REFUSALS_MAX + 1, () => standing.offend());
    assert.equal(standing.spent, true);
    assert.equal(standing.proved, false);
  });

  it('one that proved itself is never spent; beyond that many it counts as unproved until the balance is better', () => {
    const { clock, standing } = start();
    standing.prove();
    times(REFUSALS_MAX, () => standing.offend());
    assert.equal(standing.proved, true);
    times(100_000, () => standing.offend());
    assert.deepEqual([standing.proved, standing.spent, standing.rank], [false, false, 0]);
    times(REFUSALS_MAX, () => standing.prove());
    assert.equal(standing.proved, true, 'as many valid ones');
    times(100_000, () => standing.offend());
    clock.pass(300_000);
    assert.equal(standing.proved, true, 'five minutes');
  });

  it('[OQ-60] of strangers, whoever asked for less is first; who proved himself is before all', () => {
    const { clock, standing } = start();
    assert.equal(standing.rank, 0);
    times(3, () => standing.ask());
    assert.equal(standing.rank, 3);
    clock.pass(10_000);
    assert.equal(standing.rank, 2);
    standing.prove();
    assert.equal(standing.rank, 0);
  });
});
