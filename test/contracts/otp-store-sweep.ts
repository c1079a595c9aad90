import assert from 'node:assert/strict';
import {
  aChallenge,
  accepted,
  anEcho,
  anIssue,
  DAY,
  factsFor,
  idFor,
  issue,
  MINUTE,
  NO_PAST,
  refused,
  settleText,
  T0,
  toIssue,
  toResume,
} from './otp-orders.ts';
import { completeRequest } from './otp-steps.ts';
import type { StoreSuite } from './store-suite.ts';

export function sweepContract({ open, test }: StoreSuite): void {
  const echo = (requestId: string) => ({ method: 'echo', requestId }) as const;

  test('[IDEM-12, OQ-10] a sweep deletes the oldest requests in small steps and none that are younger', async (t) => {
    const { store, reopen } = await open(t);
    // Not in the order of their age: a clock that was set back, or several servers.
    for (const day of [3, 1, 4, 0, 2])
      await completeRequest(store, anEcho(`day-${day}`, { nowMs: T0 + day * DAY }));
    assert.equal(await store.sweep(T0, 10), 0);
    assert.equal(await store.sweep(T0 + 4 * DAY, 3), 3);
    const left = async () => {
      const days = [0, 1, 2, 3, 4].map(async (day) => ((await store.recall(echo(`day-${day}`))) ? day : []));
      return (await Promise.all(days)).flat();
    };
    assert.deepEqual(await left(), [3, 4]);
    assert.equal(await store.sweep(T0 + 4 * DAY, 3), 1);
    assert.deepEqual(await left(), [4]);
    assert.equal(await (await reopen()).recall(echo('day-3')), undefined);
  });

  test('a swept sendOtp takes its challenge along, and its request id is new again', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, accepted('send-1'));
    assert.equal(await store.sweep(T0 + 1, 10), 1);
    assert.equal(await store.findChallenge('send-1'), undefined);
    assert.deepEqual(await store.history('send-1'), []);
    const facts = await factsFor(store, 'send-1');
    assert.deepEqual([facts.request, facts.account], [undefined, NO_PAST.account]);
    await settleText(store, accepted('send-1'));
    assert.deepEqual(await store.history('send-1'), []);
  });

  test('[OQ-10] the retention of a request that was taken up again begins anew', async (t) => {
    const { store } = await open(t);
    const nowMs = T0 + 29 * DAY;
    const challenges = await Promise.all(
      ['resumed', 'issued', 'answered', 'completed'].map((id) => issue(store, id)),
    );
    for (const requestId of ['resumed', 'issued', 'answered', 'completed'])
      await settleText(store, refused(requestId));
    const [challenge = aChallenge()] = challenges;
    const answer = { result: 'OTP_LIMIT_REACHED', integratorId: idFor('answered') };
    await store.issue(anIssue('resumed', { nowMs }), toResume(challenge));
    await store.issue(anIssue('issued', { nowMs }), toIssue(aChallenge({ challengeId: idFor('another') })));
    await store.issue(anIssue('answered', { nowMs }), () => {
      return { kind: 'answer', request: { state: 'completed', answer, reason: '' } };
    });
    await completeRequest(store, anEcho('', { key: { method: 'sendOtp', requestId: 'completed' }, nowMs }));
    assert.equal(await store.sweep(nowMs, 10), 0);
    assert.equal(await store.sweep(nowMs + 1, 10), 4);
  });
}

/** How far time has come, for the next start. */
export function rememberContract({ open, test }: StoreSuite): void {
  test('[OQ-69] the newest moment is that of a request, of its answer, or a later one that is remembered', async (t) => {
    const { store, reopen } = await open(t);
    assert.equal(await store.newestMoment(), 0);
    await issue(store, 'send-1');
    await completeRequest(store, anEcho('echo-1', { nowMs: T0 - MINUTE }));
    assert.equal(await store.newestMoment(), T0);
    await settleText(store, accepted('send-1'));
    assert.equal(await store.newestMoment(), T0 + 200);
    await store.remember(T0 + MINUTE);
    const reopened = await reopen();
    assert.equal(await reopened.newestMoment(), T0 + MINUTE);
    await reopened.remember(T0 + 300);
    assert.equal(await reopened.newestMoment(), T0 + MINUTE);
    await reopened.remember(T0 + MINUTE + 1);
    assert.equal(await reopened.newestMoment(), T0 + MINUTE + 1);
    await completeRequest(reopened, anEcho('echo-2', { nowMs: T0 + 2 * MINUTE }));
    assert.equal(await reopened.newestMoment(), T0 + 2 * MINUTE);
  });

  test('[OQ-69] what was remembered before the first request says nothing, and is forgotten', async (t) => {
    const { store, reopen } = await open(t);
    await store.remember(T0 + 9 * MINUTE);
    assert.equal(await store.newestMoment(), 0);
    const reopened = await reopen();
    await issue(reopened, 'send-1');
    assert.equal(await reopened.newestMoment(), T0);
  });
}
