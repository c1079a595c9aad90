import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Retention, startRetention } from '../../src/domain/retention.ts';
import { openStore } from '../adapters/storage/sqlite/store-under-test.ts';
import { anEcho, DAY, MINUTE } from '../contracts/otp-orders.ts';
import { completeRequest } from '../contracts/otp-steps.ts';
import { TestClock } from '../support/test-clock.ts';
import { until } from '../support/until.ts';

/** Resolves when the sweep that was set going has ended and the next one waits. */
async function rested(clock: TestClock): Promise<void> {
  await until(() => clock.waiting > 0);
}

test('[IDEM-12, FLOW-3, OQ-10] what is past its retention goes in small steps, and nothing else', async (t) => {
  const store = openStore(t);
  const clock = new TestClock();
  const ages = [...Array.from({ length: 25 }, (_, index) => 31 * DAY + index), 30 * DAY - MINUTE, 0];
  for (const [index, age] of ages.entries()) {
    await completeRequest(store, anEcho(`echo-${index}`, { nowMs: clock.steadyMs() - age }));
  }
  const left = async () => {
    const records = ages.map((_, index) => store.recall({ method: 'echo', requestId: `echo-${index}` }));
    return (await Promise.all(records)).filter((record) => record !== undefined).length;
  };
  const sweeps: number[] = [];
  const counted = {
    remember: (nowMs: number) => store.remember(nowMs),
    sweep: async (beforeMs: number, rowsMax: number) => {
      const rows = await store.sweep(beforeMs, rowsMax);
      sweeps.push(rows);
      return rows;
    },
  };
  const retention = startRetention({
    store: counted,
    clock,
    confirmedMs: () => clock.steadyMs(),
    doubt: () => undefined,
    onDoubt: assert.fail,
    retentionMs: 30 * DAY,
    rowsMax: 10,
    intervalMs: 5 * MINUTE,
    onFailure: assert.ifError,
  });
  assert.equal(await left(), 27);
  for (let step = 0; step < 10; step += 1) {
    clock.pass(1000);
    await rested(clock);
  }
  assert.deepEqual(sweeps, [10, 10, 5]);
  assert.equal(await left(), 2);
  clock.pass(5 * MINUTE);
  await rested(clock);
  assert.deepEqual(sweeps, [10, 10, 5, 1]);
  await retention.stop();
  assert.equal(await left(), 1);
});

test('a sweep that fails is told of, and tried again in its time', async (t) => {
  const clock = new TestClock();
  const failures: unknown[] = [];
  const broken = new Error('broken');
  let calls = 0;
  const retention = startRetention({
    store: {
      remember: async () => undefined,
      sweep: async () => {
        calls += 1;
        if (calls === 1) throw broken;
        return 0;
      },
    },
    clock,
    confirmedMs: () => clock.steadyMs(),
    doubt: () => undefined,
    onDoubt: assert.fail,
    retentionMs: 30 * DAY,
    rowsMax: 10,
    intervalMs: MINUTE,
    onFailure: (error) => failures.push(error),
  });
  t.after(() => retention.stop());
  clock.pass(1000);
  await rested(clock);
  assert.deepEqual(failures, [broken]);
  clock.pass(MINUTE);
  await rested(clock);
  assert.equal(calls, 2);
});

test('stopping waits for the sweep under way, and no other begins', async () => {
  const clock = new TestClock();
  let finish = () => {};
  let calls = 0;
  const start = (): Retention =>
    startRetention({
      store: {
        remember: async () => undefined,
        sweep: () => {
          calls += 1;
          return new Promise((resolve) => {
            finish = () => resolve(10);
          });
        },
      },
      clock,
      confirmedMs: () => clock.steadyMs(),
      doubt: () => undefined,
      onDoubt: assert.fail,
      retentionMs: 30 * DAY,
      rowsMax: 10,
      intervalMs: MINUTE,
      onFailure: assert.ifError,
    });
  await start().stop();
  assert.equal(clock.waiting, 0);

  const retention = start();
  clock.pass(1000);
  let stopped = false;
  const stopping = retention.stop().then(() => {
    stopped = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(stopped, false);
  finish();
  await stopping;
  assert.deepEqual([calls, clock.waiting], [1, 0]);
  await retention.stop();
});
