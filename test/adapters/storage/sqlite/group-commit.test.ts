import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import {
  aChallenge,
  accepted,
  anAttempt,
  anEcho,
  anIssue,
  factsFor,
  HOUR,
  idFor,
  issue,
  settleText,
  toIssueOnce,
  toJudge,
} from '../../../contracts/otp-orders.ts';
import { completeRequest } from '../../../contracts/otp-steps.ts';
import { diskFailure, watchedOpen } from './faulty-database.ts';
import { openStore } from './store-under-test.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `send-${index}`);

test('steps of 64 concurrent callers share their commits', async (t) => {
  const store = openStore(t);
  await Promise.all(
    names(64).map(async (requestId) => {
      await issue(store, requestId);
      await settleText(store, accepted(requestId));
    }),
  );
  assert.equal(store.durableCommits, 2);
});

test('a send takes two durable commits, a decline, an echo and a verification one, a replay none', async (t) => {
  const store = openStore(t);
  const commitsOf = async (step: () => Promise<unknown>) => {
    const before = store.durableCommits;
    await step();
    return store.durableCommits - before;
  };
  const verify = anAttempt('verify-1', 'send-1');
  const answer = { result: 'OTP_LIMIT_REACHED', integratorId: 'integrator-id-01' };
  const decline = { kind: 'answer', request: { state: 'completed', answer, reason: 'coolDown' } } as const;
  assert.equal(await commitsOf(() => issue(store, 'send-1')), 1);
  assert.equal(await commitsOf(() => settleText(store, accepted('send-1'))), 1);
  assert.equal(await commitsOf(() => store.attempt(verify, toJudge(verify, true))), 1);
  assert.equal(await commitsOf(() => store.issue(anIssue('send-2'), () => decline)), 1);
  assert.equal(await commitsOf(() => completeRequest(store, anEcho('echo-1'))), 1);

  assert.equal(await commitsOf(() => store.recall({ method: 'echo', requestId: 'echo-1' })), 0);
  assert.equal(await commitsOf(() => completeRequest(store, anEcho('echo-1'))), 0);
  assert.equal(await commitsOf(() => store.issue(anIssue('send-1'), toIssueOnce(aChallenge()))), 0);
  assert.equal(await commitsOf(() => store.attempt(verify, toJudge(verify, true))), 0);
});

test('nobody is told of success before the commit', async (t) => {
  const seen: string[] = [];
  const open = watchedOpen((when, sql) => {
    if (sql === 'COMMIT') seen.push(`${when} commit`);
  });
  const store = openStore(t, { open });
  seen.length = 0;
  const step = issue(store, 'send-1').then(() => seen.push('told'));
  assert.equal(await store.findChallenge('send-1'), undefined);
  await step;
  assert.deepEqual(seen, ['before commit', 'after commit', 'told']);
});

test('a commit that fails claims nothing for anybody, and the next one works', async (t) => {
  let broken = false;
  const open = watchedOpen((when, sql) => {
    if (broken && when === 'before' && sql === 'COMMIT') throw diskFailure();
  });
  const store = openStore(t, { open });
  broken = true;
  const outcomes = await Promise.allSettled(names(16).map((requestId) => issue(store, requestId)));
  for (const outcome of outcomes) {
    assert.ok(outcome.status === 'rejected' && outcome.reason instanceof UnavailableError);
    assert.match(outcome.reason.message, /disk I\/O error/);
  }
  assert.equal(await store.findChallenge('send-0'), undefined);
  await assert.rejects(store.check(), UnavailableError);
  broken = false;
  await store.check();
  assert.deepEqual((await factsFor(store, 'send-0')).account.texts, []);
  await issue(store, 'send-0');
  assert.ok(await store.findChallenge('send-0'));
});

test('a statement that fails undoes all of its step, and no step beside it', async (t) => {
  const open = watchedOpen((when, sql) => {
    if (when === 'before' && sql.includes('INSERT INTO ceiling')) throw diskFailure();
  });
  const store = openStore(t, { open });
  const ceilings = [{ subject: 'global', windowMs: HOUR }];
  const outcomes = await Promise.allSettled([
    issue(store, 'send-1'),
    issue(store, 'send-2', {}, { ceilings }),
    issue(store, 'send-3'),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.ok(await store.findChallenge('send-1'));
  assert.equal(await store.findChallenge('send-2'), undefined);
  assert.ok(await store.findChallenge('send-3'));
});

test('what could not be rolled back is neither seen nor committed later', async (t) => {
  let broken = false;
  const open = watchedOpen((when, sql) => {
    if (broken && when === 'before' && (sql === 'COMMIT' || sql === 'ROLLBACK')) throw diskFailure();
  });
  const store = openStore(t, { open });
  broken = true;
  await assert.rejects(issue(store, 'send-1'), UnavailableError);
  await assert.rejects(store.findChallenge('send-1'), UnavailableError);
  broken = false;
  assert.equal(await store.findChallenge('send-1'), undefined);
  await issue(store, 'send-2');
  assert.equal(await store.findChallenge('send-1'), undefined);
});

test('on a full disk steps are refused, answers are still recalled, and nothing acknowledged is lost', async (t) => {
  const store = openStore(t, { open: watchedOpen(() => {}, 'PRAGMA max_page_count = 64') });
  const outcomes: PromiseSettledResult<unknown>[] = [];
  for (let round = 0; round < 40; round += 1) {
    const batch = names(20).map((name) => issue(store, `${round}-${name}`));
    outcomes.push(...(await Promise.allSettled(batch)));
  }
  const refusals = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.ok(refusals.length > 0 && refusals.length < outcomes.length, `${refusals.length} refusals`);
  for (const { reason } of refusals) {
    assert.ok(reason instanceof UnavailableError);
    assert.match(reason.message, /full/);
  }
  for (const [index, outcome] of outcomes.entries()) {
    const requestId = `${Math.floor(index / 20)}-send-${index % 20}`;
    const challenge = await store.findChallenge(requestId);
    assert.equal(challenge?.challengeId, outcome.status === 'fulfilled' ? idFor(requestId) : undefined);
  }
});

test('more steps than may wait are refused at once', async (t) => {
  const store = openStore(t);
  const steps = Array.from({ length: 1025 }, (_, index) => completeRequest(store, anEcho(`echo-${index}`)));
  await assert.rejects(steps.pop() ?? Promise.resolve(), UnavailableError);
  await Promise.all(steps);
  assert.equal(store.durableCommits, 1);
});
