import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IssueDecision } from '../../src/ports/otp-store.ts';
import {
  aChallenge,
  accepted,
  anAttempt,
  anIssue,
  DAY,
  digest,
  factsFor,
  HOUR,
  idFor,
  issue,
  MINUTE,
  refused,
  T0,
  toIssue,
  toJudge,
  unknown,
} from './otp-orders.ts';
import type { StoreFactory } from './store-factory.ts';

const sendOtp = (requestId: string) => ({ method: 'sendOtp', requestId }) as const;

export function issueContract(open: StoreFactory): void {
  issuesAndRecalls(open);
  gathersFacts(open);
  answersWithoutText(open);
  supersedes(open);
  takesUpAgain(open);
  countsCeilings(open);
}

function issuesAndRecalls(open: StoreFactory): void {
  test('[IDEM-11] an issue claims the request and keeps the challenge whole, through a restart too', async (t) => {
    const { store, reopen } = await open(t);
    assert.equal(await store.recall(sendOtp('send-1')), undefined);
    assert.equal(await store.findChallenge('send-1'), undefined);
    const challenge = await issue(store, 'send-1');
    for (const open of [() => store, reopen]) {
      const opened = await open();
      assert.deepEqual(await opened.recall(sendOtp('send-1')), {
        state: 'claimed',
        fingerprint: digest('fingerprint'),
        answer: undefined,
        owner: 'server-1',
        leaseExpiresAtMs: T0 + 30_000,
      });
      assert.deepEqual(await opened.findChallenge('send-1'), challenge);
    }
  });

  test('[SO-5] every otpContext is kept, and its absence', async (t) => {
    const { store } = await open(t);
    for (const otpContext of [
      undefined,
      'association',
      'mandateCreation',
      'associationWithMandateCreation',
    ] as const) {
      await issue(store, `send-${otpContext}`, { otpContext });
      assert.equal((await store.findChallenge(`send-${otpContext}`))?.otpContext, otpContext);
    }
  });

  test('a challenge is submitting once issued, whatever the decision says', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1', { state: 'issued' });
    assert.equal((await store.findChallenge('send-1'))?.state, 'submitting');
  });

  test('the requests of an account and of a number are found, the newest first', async (t) => {
    const { store } = await open(t);
    const ofMaria = { kind: 'account', digest: digest('maria') } as const;
    assert.deepEqual(await store.requestsOf(ofMaria), []);
    await issue(store, 'send-1');
    await issue(store, 'send-2', { issuedAtMs: T0 + HOUR, phoneNumberDigest: digest('new number') });
    await issue(store, 'send-3', { accountDigest: digest('pedro') });
    const ids = async (subject: Parameters<typeof store.requestsOf>[0]) =>
      (await store.requestsOf(subject)).map(({ requestId }) => requestId);
    assert.deepEqual(await ids(ofMaria), ['send-2', 'send-1']);
    const number = { kind: 'phone-number', digest: digest('new number') } as const;
    assert.deepEqual(await ids(number), ['send-2']);
    assert.deepEqual(await ids({ kind: 'phone-number', digest: digest('maria') }), []);
    for (let n = 0; n < 101; n += 1) {
      await issue(store, `many-${n}`, { accountDigest: digest('many'), issuedAtMs: T0 + n });
    }
    const found = await ids({ kind: 'account', digest: digest('many') });
    assert.deepEqual([found.length, found[0], found.at(-1)], [100, 'many-100', 'many-1']);
  });

  test('[HDR-1] request ids are compared exactly', async (t) => {
    const { store } = await open(t);
    await issue(store, 'Send-1');
    for (const other of ['send-1', 'Send-1 ', 'Send-', 'Send-10', 'Send_1', 'Send%']) {
      assert.equal(await store.recall(sendOtp(other)), undefined);
    }
  });

  test('[VO-6] a request id of one method says nothing of another method', async (t) => {
    const { store } = await open(t);
    await issue(store, 'same');
    assert.equal(await store.recall({ method: 'verifyOtp', requestId: 'same' }), undefined);
    assert.equal(await store.recall({ method: 'echo', requestId: 'same' }), undefined);
  });
}

function gathersFacts(open: StoreFactory): void {
  test('the first request of an account meets no facts', async (t) => {
    const { store } = await open(t);
    assert.deepEqual(await factsFor(store, 'send-1'), {
      request: undefined,
      challenge: undefined,
      accountChallenges: [],
      phoneNumberChallenges: [],
      ceilingSends: [],
      guard: undefined,
    });
  });

  test('facts tell the request and its challenge, and leave both out of the past', async (t) => {
    const { store } = await open(t);
    const challenge = await issue(store, 'send-1');
    const facts = await factsFor(store, 'send-1');
    assert.equal(facts.request?.state, 'claimed');
    assert.deepEqual(facts.challenge, challenge);
    assert.deepEqual([facts.accountChallenges, facts.phoneNumberChallenges], [[], []]);
  });

  test('facts tell past challenges of the account and of the number, newest first, within reach', async (t) => {
    const { store } = await open(t);
    const at = (nowMs: number) => ({ nowMs });
    await issue(store, 'too-old', {}, at(T0 - 1));
    await issue(store, 'oldest', {}, at(T0));
    await issue(store, 'other-number', { phoneNumberDigest: digest('another') }, at(T0 + 2));
    await issue(store, 'other-account', { accountDigest: digest('joao') }, at(T0 + 1));
    await issue(
      store,
      'stranger',
      { accountDigest: digest('ana'), phoneNumberDigest: digest('of ana') },
      at(T0 + 1),
    );
    const order = anAttempt('verify-1', 'oldest', at(T0 + MINUTE));
    await store.attempt(order, () => ({
      kind: 'judged',
      answer: { result: 'OTP_NOT_MATCHED', integratorId: 'x' },
      state: 'exhausted',
      failedAttempts: 5,
      event: { atMs: T0, event: 'exhausted', detail: '' },
    }));
    const facts = await factsFor(store, 'next', { sinceMs: T0, nowMs: T0 + 2 * MINUTE });
    assert.deepEqual(facts.accountChallenges, [
      { issuedAtMs: T0 + 2, state: 'submitting', submissions: 1, failedAttempts: 0, attemptedAtMs: 0 },
      { issuedAtMs: T0, state: 'exhausted', submissions: 1, failedAttempts: 5, attemptedAtMs: T0 + MINUTE },
    ]);
    assert.deepEqual(
      facts.phoneNumberChallenges.map(({ issuedAtMs }) => issuedAtMs),
      [T0 + 1, T0],
    );
  });

  test('facts reach over several days, and hold what was issued at either end', async (t) => {
    const { store } = await open(t);
    for (const hours of [73, 72, 71, 48, 30, 24, 1, 0]) {
      await issue(store, `send-${hours}`, {}, { nowMs: T0 - hours * HOUR });
    }
    const { accountChallenges } = await factsFor(store, 'next', { nowMs: T0, sinceMs: T0 - 72 * HOUR });
    const hours = accountChallenges.map(({ issuedAtMs }) => (T0 - issuedAtMs) / HOUR);
    assert.deepEqual(hours, [0, 1, 24, 30, 48, 71, 72]);
  });

  test('facts tell at most the newest 256 challenges', async (t) => {
    const { store } = await open(t);
    await Promise.all(
      Array.from({ length: 300 }, (_, index) => issue(store, `send-${index}`, {}, { nowMs: T0 + index })),
    );
    const { accountChallenges } = await factsFor(store, 'next', { nowMs: T0 + HOUR });
    assert.equal(accountChallenges.length, 256);
    assert.deepEqual(
      [accountChallenges[0]?.issuedAtMs, accountChallenges[255]?.issuedAtMs],
      [T0 + 299, T0 + 44],
    );
  });
}

function answersWithoutText(open: StoreFactory): void {
  const decline: IssueDecision = {
    kind: 'answer',
    answer: { result: 'OTP_LIMIT_REACHED', integratorId: 'integrator-id-01' },
    retryable: false,
    reason: 'sendsPerAccount',
  };

  test('[IDEM-2] an answer without a text completes the request, or releases it', async (t) => {
    const { store, reopen } = await open(t);
    await store.issue(anIssue('send-1'), () => decline);
    await store.issue(anIssue('send-2'), () => ({ ...decline, retryable: true }));
    const reopened = await reopen();
    const { answer } = decline;
    assert.partialDeepStrictEqual(await reopened.recall(sendOtp('send-1')), { state: 'completed', answer });
    assert.partialDeepStrictEqual(await reopened.recall(sendOtp('send-2')), { state: 'released', answer });
    assert.equal(await reopened.findChallenge('send-1'), undefined);
    assert.equal((await reopened.history('send-1'))[0]?.reason, 'sendsPerAccount');
  });

  test('[OQ-28] an answer without a text leaves the challenge of an earlier try as it is', async (t) => {
    const { store } = await open(t);
    const challenge = await issue(store, 'send-1');
    await store.settle(unknown('send-1'));
    await store.issue(anIssue('send-1'), () => ({ ...decline, retryable: true }));
    assert.deepEqual(await store.findChallenge('send-1'), { ...challenge, state: 'ambiguous' });
    assert.equal((await store.recall(sendOtp('send-1')))?.answer?.result, 'OTP_LIMIT_REACHED');
  });

  test('replay, conflict and busy change nothing', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await store.settle(accepted('send-1'));
    const before = await store.history('send-1');
    const record = await store.recall(sendOtp('send-1'));
    assert.ok(record);
    const nothing: IssueDecision[] = [{ kind: 'replay', record }, { kind: 'conflict' }, { kind: 'busy' }];
    for (const decision of nothing) {
      assert.equal(await store.issue(anIssue('send-1', { nowMs: T0 + HOUR }), () => decision), decision);
    }
    assert.deepEqual(await store.history('send-1'), before);
  });
}

function supersedes(open: StoreFactory): void {
  test('[OQ-14] the newest challenge supersedes the older unconsumed ones of its account and no others', async (t) => {
    const { store } = await open(t);
    await issue(store, 'sent');
    await store.settle(accepted('sent'));
    await issue(store, 'ambiguous', {}, { sinceMs: T0 + 1 });
    await store.settle(unknown('ambiguous'));
    await issue(store, 'refused', {}, { sinceMs: T0 + 1 });
    await store.settle(refused('refused'));
    await issue(store, 'submitting', {}, { sinceMs: T0 + 1 });
    await issue(store, 'verified', {}, { sinceMs: T0 + 1 });
    const order = anAttempt('verify-1', 'verified');
    await store.attempt(order, toJudge(order, true));
    await issue(store, 'other', { accountDigest: digest('joao') });
    await issue(store, 'newest', {}, { nowMs: T0 + HOUR });

    const states = ['sent', 'ambiguous', 'refused', 'submitting', 'verified', 'other', 'newest'].map(
      async (id) => {
        return (await store.findChallenge(id))?.state;
      },
    );
    const superseded = ['superseded', 'superseded', 'superseded', 'superseded'];
    assert.deepEqual(await Promise.all(states), [...superseded, 'verified', 'submitting', 'submitting']);
    const [history] = await store.history('sent');
    assert.deepEqual(history?.challenge?.events.at(-1), {
      atMs: T0 + HOUR,
      event: 'superseded',
      detail: 'newest',
    });
  });
}

function takesUpAgain(open: StoreFactory): void {
  test('[OQ-11] resuming claims the request again with the same challenge', async (t) => {
    const { store } = await open(t);
    const challenge = await issue(store, 'send-1');
    await store.settle(unknown('send-1'));
    const again = { ...challenge, submissions: 2, expiresAtMs: T0 + HOUR };
    const order = anIssue('send-1', { nowMs: T0 + MINUTE, owner: 'server-2', fingerprint: digest('other') });
    await store.issue(order, () => ({ kind: 'resume', challenge: again }));
    assert.deepEqual(await store.findChallenge('send-1'), again);
    assert.deepEqual(await store.recall(sendOtp('send-1')), {
      state: 'claimed',
      fingerprint: digest('other'),
      answer: undefined,
      owner: 'server-2',
      leaseExpiresAtMs: T0 + MINUTE + 30_000,
    });
    const [history] = await store.history('send-1');
    assert.deepEqual(
      history?.challenge?.events.map(({ event }) => event),
      ['issued', 'unknown', 'resumed'],
    );
  });

  test('issuing again replaces the challenge of a released request, its events and its answer', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await store.settle(refused('send-1'));
    const accountDigest = digest('joao');
    const second = aChallenge({ challengeId: idFor('second'), accountDigest, issuedAtMs: T0 + MINUTE });
    await store.issue(anIssue('send-1', { nowMs: T0 + MINUTE, accountDigest }), toIssue(second));
    assert.deepEqual(await store.findChallenge('send-1'), second);
    assert.equal((await store.recall(sendOtp('send-1')))?.answer, undefined);
    const [history] = await store.history('send-1');
    assert.equal(history?.answeredAtMs, undefined);
    assert.deepEqual(history?.challenge?.events, [{ atMs: T0 + MINUTE, event: 'issued', detail: '' }]);
    assert.deepEqual((await factsFor(store, 'next')).accountChallenges, []);
    assert.equal((await factsFor(store, 'next', { accountDigest })).accountChallenges.length, 1);
  });
}

function countsCeilings(open: StoreFactory): void {
  const perHour = { subject: 'global', windowMs: HOUR };
  const perDay = { subject: 'global', windowMs: DAY };
  const brazil = { subject: 'country:BR', windowMs: HOUR };

  test('texts are counted by subject and window, in the order asked for', async (t) => {
    const { store, reopen } = await open(t);
    await issue(store, 'send-1', {}, { ceilings: [perHour, brazil] });
    await issue(store, 'send-2', {}, { ceilings: [perHour] });
    await issue(store, 'send-3', {}, { ceilings: [perDay] });
    const ceilings = [brazil, perDay, { subject: 'country:PT', windowMs: HOUR }, perHour];
    const reopened = await reopen();
    assert.deepEqual((await factsFor(reopened, 'next', { ceilings })).ceilingSends, [1, 1, 0, 2]);
  });

  test('a ceiling never counts fewer texts than lie in its window, nor any older than thirteen twelfths', async (t) => {
    const { store } = await open(t);
    const sendAt = new Set([0, 7, 13, 26, 44, 59, 64, 70, 119, 120].map((minutes) => T0 + minutes * MINUTE));
    for (let nowMs = T0; nowMs < T0 + 4 * HOUR; nowMs += MINUTE) {
      if (sendAt.has(nowMs)) await issue(store, `send-${nowMs}`, {}, { nowMs, ceilings: [perHour] });
      const facts = await factsFor(store, 'next', { nowMs, ceilings: [perHour] });
      const counted = facts.ceilingSends[0] ?? -1;
      const sentSince = (ms: number) => [...sendAt].filter((at) => at > ms && at <= nowMs).length;
      assert.ok(counted >= sentSince(nowMs - HOUR), `at ${nowMs - T0}: ${counted} are too few`);
      assert.ok(counted <= sentSince(nowMs - (HOUR * 13) / 12), `at ${nowMs - T0}: ${counted} are too many`);
    }
  });

  test('a refusal gives the text back where it was counted, and a resumed one counts again', async (t) => {
    const { store } = await open(t);
    const ceilings = [perHour];
    const sends = async (nowMs: number) =>
      (await factsFor(store, 'next', { nowMs, ceilings })).ceilingSends[0];
    const challenge = await issue(store, 'send-1', {}, { ceilings });
    await store.settle(refused('send-1', { ceilings, nowMs: T0 + 20 * MINUTE }));
    assert.equal(await sends(T0 + 20 * MINUTE), 0);
    const order = anIssue('send-1', { ceilings, nowMs: T0 + 30 * MINUTE });
    await store.issue(order, () => ({ kind: 'resume', challenge }));
    assert.equal(await sends(T0 + 30 * MINUTE), 1);
    await store.settle(unknown('send-1', { ceilings, nowMs: T0 + 31 * MINUTE }));
    assert.equal(await sends(T0 + 31 * MINUTE), 1);
  });

  test('what is answered without a text is not counted', async (t) => {
    const { store } = await open(t);
    const ceilings = [perHour];
    await store.issue(anIssue('send-1', { ceilings }), () => ({ kind: 'busy' }));
    const answer = { result: 'OTP_LIMIT_REACHED', integratorId: 'integrator-id-01' };
    const decline = { kind: 'answer', answer, retryable: false, reason: 'cool-down' } as const;
    await store.issue(anIssue('send-2', { ceilings }), () => decline);
    assert.deepEqual((await factsFor(store, 'next', { ceilings })).ceilingSends, [0]);
  });
}
