import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { JobQueue, type Waiting } from '../../../src/codecs/threads/job-queue.ts';
import { createDeadline } from '../../../src/ports/deadline.ts';
import { TestClock } from '../../support/test-clock.ts';

interface Named extends Waiting {
  readonly name: string;
}

const PROVED = { proved: true, rank: 0 };
const UNPROVED = { proved: false, rank: 0 };

function start(waitingMax = 256) {
  const clock = new TestClock();
  const queue = new JobQueue<Named>(clock, waitingMax);
  const refused: string[] = [];
  const add = (name: string, more: Partial<Waiting> = {}) =>
    queue.add({
      name,
      urgency: 'request',
      deadline: createDeadline(clock, 1000),
      caller: PROVED,
      cost: 1,
      reject: () => refused.push(name),
      ...more,
    });
  const take = (count: number) => Array.from({ length: count }, () => queue.take()?.name);
  return { clock, queue, refused, add, take };
}

describe('[OQ-60] what waits for a thread', () => {
  test('answers go before all requests', () => {
    const { add, take } = start();
    add('request');
    add('stranger', { caller: UNPROVED });
    add('answer', { urgency: 'answer' });
    assert.deepEqual(take(4), ['answer', 'request', 'stranger', undefined]);
  });

  test('while both wait, three operations are for the proved and one for the others', () => {
    const { add, take } = start();
    for (let at = 0; at < 40; at += 1) {
      add('proved');
      add('stranger', { caller: UNPROVED });
    }
    const taken = take(40);
    assert.equal(taken.filter((name) => name === 'proved').length, 30);
    assert.ok(taken.slice(0, 8).includes('stranger'), 'nobody starves');
  });

  test('one that takes four operations waits four times as long for its turn', () => {
    const { add, take } = start();
    for (let at = 0; at < 60; at += 1) add('proved');
    for (let at = 0; at < 4; at += 1) add('costly', { caller: UNPROVED, cost: 4 });
    assert.equal(take(39).filter((name) => name === 'costly').length, 3);
  });

  test('what nobody else wants is for the strangers, and is not owed afterwards', () => {
    const { add, take } = start();
    for (let at = 0; at < 20; at += 1) add('stranger', { caller: UNPROVED });
    assert.ok(take(10).every((name) => name === 'stranger'));
    for (let at = 0; at < 4; at += 1) add('proved');
    assert.deepEqual(take(4), ['proved', 'proved', 'proved', 'stranger']);
  });

  test('of strangers, the one who asked for least is first, and the others are refused first', () => {
    const { add, take, queue, refused } = start(4);
    for (const rank of [9, 3, 0, 3]) add(`rank ${rank}`, { caller: { proved: false, rank } });
    queue.shed();
    assert.deepEqual(refused, ['rank 9', 'rank 3']);
    assert.deepEqual(take(3), ['rank 0', 'rank 3', undefined]);
  });

  test('strangers have half of the places to wait at, and take none of the others’', () => {
    const { add, queue, refused } = start(8);
    for (let at = 0; at < 20; at += 1) add('stranger', { caller: UNPROVED });
    for (let at = 0; at < 9; at += 1) add('proved');
    queue.shed();
    assert.equal(refused.filter((name) => name === 'stranger').length, 16);
    assert.equal(refused.filter((name) => name === 'proved').length, 1);
  });

  test('as many wait as were taken in two fifths of their time, the rest is refused when it comes', () => {
    const { clock, add, take, queue, refused } = start();
    for (let at = 0; at < 60; at += 1) {
      add('early', { deadline: undefined });
      add('early', { deadline: undefined });
      clock.pass(10);
      take(1);
    }
    queue.clear();
    for (let at = 0; at < 100; at += 1) add('burst');
    queue.shed();
    // 400 ms at one in 10 ms.
    assert.ok(Math.abs(refused.length - 60) <= 2, `${refused.length} refused`);
  });

  test('whether there is room is known before a request is read, and is for the one who asks', () => {
    const { clock, add, queue } = start(2);
    const room = (caller = PROVED) => queue.hasRoom(caller, 1000);
    assert.equal(room(), true);
    add('one');
    add('other');
    assert.equal(room(), false);
    assert.equal(room(UNPROVED), true, 'theirs are other places');
    add('stranger', { caller: { proved: false, rank: 3 } });
    assert.equal(room({ proved: false, rank: 3 }), false);
    assert.equal(room({ proved: false, rank: 2 }), true, 'who asked for less takes the place');
    clock.pass(400);
    assert.equal(room(), true, 'what has waited too long keeps no place');
  });

  test('a few may wait however slow it was, so that the rate can be measured again', () => {
    const { clock, add, take, queue, refused } = start();
    for (let at = 0; at < 3; at += 1) add('early', { deadline: undefined });
    take(1);
    clock.pass(60_000);
    take(2);
    for (let at = 0; at < 20; at += 1) add('later');
    queue.shed();
    assert.equal(refused.length, 12);
  });

  test('one that has waited for two fifths of its time is refused, not begun; an answer waits to the end of its', () => {
    const { clock, add, take, refused } = start();
    add('late');
    add('late stranger', { caller: UNPROVED });
    add('late answer', { urgency: 'answer', deadline: createDeadline(clock, 400) });
    add('answer', { urgency: 'answer' });
    clock.pass(400);
    add('fresh');
    assert.deepEqual(take(3), ['answer', 'fresh', undefined]);
    assert.deepEqual(new Set(refused), new Set(['late', 'late stranger', 'late answer']));
  });
});
