import assert from 'node:assert/strict';
import type { AttemptFacts } from '../../src/ports/otp-store.ts';
import {
  accepted,
  anAttempt,
  DAY,
  digest,
  idFor,
  issue,
  MINUTE,
  refused,
  settleText,
  T0,
  toJudge,
  unknown,
} from './otp-orders.ts';
import type { StoreSuite } from './store-suite.ts';

const verifyOtp = (requestId: string) => ({ method: 'verifyOtp', requestId }) as const;

export function attemptContract(suite: StoreSuite): void {
  judges(suite);
  tellsFacts(suite);
}

function judges({ open, test }: StoreSuite): void {
  test('[VO-1] a judged attempt completes its request and moves the challenge', async (t) => {
    const { store, reopen } = await open(t);
    const challenge = await issue(store, 'send-1');
    await settleText(store, accepted('send-1'));
    const wrong = anAttempt('verify-1', 'send-1');
    await store.attempt(wrong, toJudge(wrong, false));
    const right = anAttempt('verify-2', 'send-1', { nowMs: T0 + 2 * MINUTE });
    const decision = await store.attempt(right, toJudge(right, true));
    assert.equal(decision.kind === 'judged' && decision.request.answer.result, 'SUCCESS');

    const reopened = await reopen();
    assert.deepEqual(await reopened.findChallenge('send-1'), {
      ...challenge,
      state: 'verified',
      failedAttempts: 1,
      uses: ['verifyOtp'],
      text: { gateway: 'primary', messageId: 'SM-1', submittedAtMs: T0 + 200, receipt: undefined },
    });
    assert.deepEqual(await reopened.recall(verifyOtp('verify-2')), {
      state: 'completed',
      fingerprint: right.fingerprint,
      answer: { result: 'SUCCESS', integratorId: idFor('verify-2') },
      owner: 'server-1',
      leaseExpiresAtMs: 0,
    });
    assert.deepEqual(await reopened.history('verify-1'), [
      {
        method: 'verifyOtp',
        requestId: 'verify-1',
        receivedAtMs: T0 + MINUTE,
        answeredAtMs: T0 + MINUTE,
        state: 'completed',
        answer: { result: 'OTP_NOT_MATCHED', integratorId: idFor('verify-1') },
        reason: 'wrong',
        sendOtpRequestId: 'send-1',
        challenge: undefined,
      },
    ]);
    const [history] = await reopened.history('send-1');
    assert.deepEqual(history?.challenge?.events.slice(2), [
      { atMs: T0 + MINUTE, event: 'wrong', detail: 'verify-1' },
      { atMs: T0 + 2 * MINUTE, event: 'verified', detail: 'verify-2' },
    ]);
  });

  test('[VO-6] a verifyOtp may carry the request id of its sendOtp', async (t) => {
    const { store } = await open(t);
    await issue(store, 'same');
    await settleText(store, accepted('same'));
    const order = anAttempt('same', 'same');
    await store.attempt(order, toJudge(order, true));
    assert.equal((await store.recall(verifyOtp('same')))?.answer?.result, 'SUCCESS');
    assert.equal((await store.recall({ method: 'sendOtp', requestId: 'same' }))?.answer?.result, 'SUCCESS');
    assert.deepEqual((await store.history('same')).map(({ method }) => method).sort(), [
      'sendOtp',
      'verifyOtp',
    ]);
  });

  test('[VO-3] replay, conflict and absent change nothing', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    const order = anAttempt('verify-1', 'send-1');
    await store.attempt(order, toJudge(order, true));
    const before = [await store.history('send-1'), await store.history('verify-1')];
    assert.equal((await store.attempt(order, toJudge(order, true))).kind, 'replay');
    await store.attempt(order, () => ({ kind: 'conflict' }));
    await store.attempt(anAttempt('verify-2', 'send-1'), () => ({ kind: 'absent' }));
    assert.deepEqual([await store.history('send-1'), await store.history('verify-1')], before);
    assert.deepEqual(await store.history('verify-2'), []);
  });
}

function tellsFacts({ open, test }: StoreSuite): void {
  const factsOf = (seen: AttemptFacts[]) => (facts: AttemptFacts) => {
    seen.push(facts);
    return { kind: 'absent' } as const;
  };

  test('another challenge in the place of the compared one is reported as absent', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    const seen: AttemptFacts[] = [];
    await store.attempt(anAttempt('verify-1', 'send-1', { challengeId: idFor('another') }), factsOf(seen));
    await store.attempt(anAttempt('verify-1', 'send-2'), factsOf(seen));
    const absent = { request: undefined, challenge: undefined, wrongCodes: [], association: undefined };
    assert.deepEqual(seen, [absent, absent]);
  });

  test('[SO-13] facts tell the wrong codes of the account, each when it came, whatever became of its challenge', async (t) => {
    const { store } = await open(t);
    await issue(store, 'old', {}, { nowMs: T0 - DAY });
    await issue(store, 'send-1');
    await issue(store, 'send-2', { accountDigest: digest('joao') });
    for (const [index, requestId] of ['old', 'send-1', 'send-1', 'send-2'].entries()) {
      const order = anAttempt(`verify-${index}`, requestId, { nowMs: T0 + index * MINUTE });
      await store.attempt(order, toJudge(order, false));
    }
    // Refused, and its request taken over by other parameters: nothing is left of the challenge.
    await settleText(store, refused('send-1'));
    await issue(store, 'send-1', { challengeId: idFor('another'), accountDigest: digest('joao') });
    const newest = await issue(store, 'send-3', {}, { nowMs: T0 + 5 * MINUTE });
    const seen: AttemptFacts[] = [];
    await store.attempt(anAttempt('verify-9', 'send-3', { sinceMs: T0 + MINUTE }), factsOf(seen));
    assert.deepEqual(seen, [
      {
        request: undefined,
        challenge: newest,
        wrongCodes: [
          { atMs: T0 + 2 * MINUTE, times: 1 },
          { atMs: T0 + MINUTE, times: 1 },
        ],
        association: undefined,
      },
    ]);
  });

  test('[OQ-66] a code that nothing newer has superseded yet is not ended by trying it', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, accepted('send-1'));
    await issue(store, 'send-2', {}, { nowMs: T0 + MINUTE });
    await settleText(store, unknown('send-2', { nowMs: T0 + MINUTE }));
    const tried = anAttempt('verify-1', 'send-1', { nowMs: T0 + 2 * MINUTE });
    const decision = await store.attempt(tried, toJudge(tried, true));
    assert.equal(decision.kind === 'judged' && decision.event.event, 'superseded');
    // The gateway says no after all, so nobody has the newer code.
    await settleText(store, refused('send-2', { nowMs: T0 + 3 * MINUTE, answer: undefined }));
    const again = anAttempt('verify-2', 'send-1', { nowMs: T0 + 4 * MINUTE });
    const verified = await store.attempt(again, toJudge(again, true));
    assert.equal(verified.kind === 'judged' && verified.request.answer.result, 'SUCCESS');
  });
}
