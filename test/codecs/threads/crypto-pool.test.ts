import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { CryptoPool } from '../../../src/codecs/threads/crypto-pool.ts';
import { createDeadline } from '../../../src/ports/deadline.ts';
import { UnavailableError } from '../../../src/ports/unavailable.ts';
import { TestClock } from '../../support/test-clock.ts';
import type { TestJob } from './crypto-pool-thread.ts';

const module = new URL('./crypto-pool-thread.ts', import.meta.url);
const BUSY: TestJob = { busyMs: 50 };
const REQUEST = { urgency: 'request' } as const;
const ANSWER = { urgency: 'answer' } as const;

async function startPool(context: TestContext, threads = 1, waitingMax = 8, clock = new TestClock()) {
  const pool = await CryptoPool.start<string, TestJob, string>({
    module,
    clock,
    threads,
    waitingMax,
    jobsPerThread: 2,
    keys: 'first',
  });
  context.after(() => pool.close());
  return pool;
}

describe('the pool of cryptography threads', () => {
  test('a job is done in another thread, with the keys of the pool', async (context) => {
    const pool = await startPool(context, 2);
    assert.deepEqual(await Promise.all([pool.run('keys', REQUEST), pool.run('keys', ANSWER)]), [
      'first',
      'first',
    ]);
  });

  test('a job that throws fails alone', async (context) => {
    const pool = await startPool(context);
    await assert.rejects(pool.run('throw', REQUEST), { name: 'TypeError', message: 'this job throws' });
    assert.equal(await pool.run('keys', REQUEST), 'first');
  });

  test('[ENC-2] other keys reach every thread and no job is lost on the way', async (context) => {
    const pool = await startPool(context, 2, 100);
    const before = Array.from({ length: 50 }, () => pool.run('keys', REQUEST));
    pool.replaceKeys('second');
    const after = Array.from({ length: 50 }, () => pool.run('keys', REQUEST));
    const results = await Promise.all(before);
    assert.ok(results.every((keys) => keys === 'first' || keys === 'second'));
    assert.deepEqual(new Set(await Promise.all(after)), new Set(['second']));
  });

  test('more jobs than may wait are refused at once and have no effect', async (context) => {
    const pool = await startPool(context, 1, 2);
    const taken = [BUSY, BUSY, BUSY, BUSY].map((job) => pool.run(job, REQUEST));
    const first = await Promise.race([
      ...taken.map((job) => job.then(() => 'a job done')),
      assert.rejects(pool.run(BUSY, REQUEST), UnavailableError).then(() => 'refused'),
    ]);
    assert.equal(first, 'refused');
    assert.equal((await Promise.all(taken)).length, 4);
    assert.equal(await pool.run('keys', REQUEST), 'first');
  });

  test('an answer goes ahead of requests, and has room when they have none', async (context) => {
    const pool = await startPool(context, 1, 2);
    const order: string[] = [];
    const requests = [1, 2, 3, 4].map((at) =>
      pool.run({ busyMs: 5 }, REQUEST).then(() => order.push(`request ${at}`)),
    );
    const answer = pool.run('keys', ANSWER).then(() => order.push('answer'));
    await Promise.all([...requests, answer]);
    assert.deepEqual(order, ['request 1', 'request 2', 'answer', 'request 3', 'request 4']);
  });

  test('a thread that dies fails its jobs as unavailable and is replaced, with the keys of the day', async (context) => {
    const pool = await startPool(context);
    pool.replaceKeys('second');
    const dying = pool.run('die', REQUEST);
    const beside = pool.run('keys', REQUEST);
    const waiting = pool.run('keys', REQUEST);
    await assert.rejects(dying, UnavailableError);
    await assert.rejects(beside, UnavailableError);
    assert.equal(await waiting, 'second');
  });

  test('[OPS-2] a job that waits beyond its deadline is not done, and makes room', async (context) => {
    const clock = new TestClock();
    const pool = await startPool(context, 1, 1, clock);
    const held = [BUSY, BUSY].map((job) => pool.run(job, REQUEST));
    const late = pool.run('count', { ...REQUEST, deadline: createDeadline(clock, 100) });
    await assert.rejects(pool.run('count', REQUEST), /no capacity left/);
    clock.pass(100);
    const next = pool.run('count', { ...REQUEST, deadline: createDeadline(clock, 100) });
    await assert.rejects(late, UnavailableError);
    await Promise.all(held);
    assert.equal(await next, '1');
  });

  test('[OPS-2] while no thread can be started, jobs are refused at once, and later done again', async (context) => {
    const pool = await startPool(context);
    const clock = new TestClock();
    pool.replaceKeys('unusable');
    const held = [1, 2].map(() => assert.rejects(pool.run('keys', REQUEST), UnavailableError));
    const late = assert.rejects(
      pool.run('count', { ...ANSWER, deadline: createDeadline(clock, 100) }),
      UnavailableError,
    );
    const waiting = pool.run('count', REQUEST);
    await Promise.all(held);
    for (const terms of [REQUEST, ANSWER]) {
      await assert.rejects(pool.run('keys', terms), {
        name: 'UnavailableError',
        message: /no .* is ready/,
      });
    }
    clock.pass(100);
    pool.replaceKeys('second');
    assert.equal(await waiting, '1', 'the first that is done');
    await late;
    assert.equal(await pool.run('keys', REQUEST), 'second');
  });

  test('a pool that is closed refuses, fails what waits, and may be closed again', async (context) => {
    const pool = await startPool(context);
    const running = [BUSY, BUSY, BUSY].map((job) => assert.rejects(pool.run(job, REQUEST), UnavailableError));
    await pool.close();
    await Promise.all(running);
    await assert.rejects(pool.run('keys', REQUEST), UnavailableError);
    await pool.close();
  });

  test('a thread that cannot be started fails the start', async () => {
    const start = (keys: string, file: URL) =>
      CryptoPool.start({ module: file, clock: new TestClock(), threads: 2, waitingMax: 1, keys });
    await assert.rejects(start('unusable', module), UnavailableError);
    await assert.rejects(start('first', new URL('./absent.ts', import.meta.url)), UnavailableError);
  });
});
