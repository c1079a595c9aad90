import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { failOverAndBack } from './failover.ts';
import { postgres18 } from './programs.ts';
import { startPostgres } from './server.ts';
import { makeSynchronous, startStandby } from './standby.ts';

test('a promoted standby has what was committed, and its own takes the address of the first', async (t) => {
  await failOverAndBack(t, await postgres18());
});

test('while a synchronous standby stands still, a commit is not answered', async (t) => {
  const primary = await startPostgres();
  t.after(() => primary.stop());
  const standby = await startStandby(primary, { name: 'b' });
  t.after(() => standby.stop());
  await makeSynchronous(primary, 'b');
  await standby.pause();
  let isAnswered = false;
  const answer = primary.query('CREATE TABLE t (n int)').finally(() => {
    isAnswered = true;
  });
  await delay(100);
  assert.equal(isAnswered, false);
  await standby.resume();
  await answer;
});
