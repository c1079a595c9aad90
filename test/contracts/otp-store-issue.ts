import assert from 'node:assert/strict';
import type { IssueDecision } from '../../src/ports/otp-store.ts';
import {
  aChallenge,
  accepted,
  anEcho,
  anIssue,
  digest,
  factsFor,
  HOUR,
  idFor,
  issue,
  MINUTE,
  NOTHING_KNOWN,
  refused,
  settleText,
  T0,
  toIssue,
  toResume,
  unknown,
} from './otp-orders.ts';
import { completeRequest, endCodes } from './otp-steps.ts';
import type { StoreSuite } from './store-suite.ts';

const sendOtp = (requestId: string) => ({ method: 'sendOtp', requestId }) as const;

export function issueContract(suite: StoreSuite): void {
  issuesAndRecalls(suite);
  answersWithoutText(suite);
  takesUpAgain(suite);
}

function issuesAndRecalls({ open, test }: StoreSuite): void {
  test('[IDEM-11] an issue claims the request and keeps the challenge whole, through a restart too', async (t) => {
    const { store, reopen } = await open(t);
    assert.equal(await store.recall(sendOtp('send-1')), undefined);
    assert.equal(await store.findChallenge('send-1'), undefined);
    const challenge = await issue(store, 'send-1');
    for (const open of [() => store, reopen]) {
      const opened = await open();
      const { leaseExpiresAtMs, ...request } = (await opened.recall(sendOtp('send-1'))) ?? {};
      assert.deepEqual(request, {
        state: 'claimed',
        fingerprint: digest('fingerprint'),
        answer: undefined,
        owner: 'server-1',
      });
      // A store that is for one server knows that whoever claimed it is gone.
      assert.ok(leaseExpiresAtMs === T0 + 30_000 || (opened !== store && leaseExpiresAtMs === 0));
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

  test('the requests of an account and of a number are found, the newest first', async (t) => {
    const { store } = await open(t);
    const ofMaria = { kind: 'account', digest: digest('maria') } as const;
    assert.deepEqual(await store.requestsOf(ofMaria), []);
    await issue(store, 'send-1');
    await issue(store, 'send-2', { phoneNumberDigest: digest('new number') }, { nowMs: T0 + HOUR });
    await issue(store, 'send-3', { accountDigest: digest('pedro') });
    const ids = async (subject: Parameters<typeof store.requestsOf>[0]) =>
      (await store.requestsOf(subject)).map(({ requestId }) => requestId);
    assert.deepEqual(await ids(ofMaria), ['send-2', 'send-1']);
    const number = { kind: 'phone-number', digest: digest('new number') } as const;
    assert.deepEqual(await ids(number), ['send-2']);
    assert.deepEqual(await ids({ kind: 'phone-number', digest: digest('maria') }), []);
    for (let n = 0; n < 101; n += 1) {
      await issue(store, `many-${n}`, { accountDigest: digest('many') }, { nowMs: T0 + n });
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
    await completeRequest(store, anEcho('other'));
    assert.equal(await store.findChallenge('other'), undefined);
    assert.deepEqual(await factsFor(store, 'other'), NOTHING_KNOWN);
    await issue(store, 'same');
    assert.equal(await store.recall({ method: 'verifyOtp', requestId: 'same' }), undefined);
    assert.equal(await store.recall({ method: 'echo', requestId: 'same' }), undefined);
  });
}

function answersWithoutText({ open, test }: StoreSuite): void {
  const decline = {
    kind: 'answer',
    request: {
      state: 'completed',
      answer: { result: 'OTP_LIMIT_REACHED', integratorId: 'integrator-id-01' },
      reason: 'sendsPerAccount',
    },
  } as const;
  const released: IssueDecision = { ...decline, request: { ...decline.request, state: 'released' } };

  test('[IDEM-2] an answer without a text completes the request, or releases it', async (t) => {
    const { store, reopen } = await open(t);
    await store.issue(anIssue('send-1'), () => decline);
    await store.issue(anIssue('send-2'), () => released);
    const reopened = await reopen();
    const { answer } = decline.request;
    assert.partialDeepStrictEqual(await reopened.recall(sendOtp('send-1')), { state: 'completed', answer });
    assert.partialDeepStrictEqual(await reopened.recall(sendOtp('send-2')), { state: 'released', answer });
    assert.equal(await reopened.findChallenge('send-1'), undefined);
    assert.equal((await reopened.history('send-1'))[0]?.reason, 'sendsPerAccount');
  });

  test('a request without a code is found by its account and its number, as long as it has none', async (t) => {
    const { store } = await open(t);
    const ids = async (kind: 'account' | 'phone-number', name: string) =>
      (await store.requestsOf({ kind, digest: digest(name) })).map(({ requestId }) => requestId);
    await store.issue(anIssue('send-1'), () => released);
    await completeRequest(
      store,
      anEcho('send-2', {
        key: { method: 'sendOtp', requestId: 'send-2' },
        nowMs: T0 + 1,
        phoneNumberDigest: digest('number of maria'),
      }),
    );
    assert.deepEqual(await ids('account', 'maria'), ['send-1']);
    assert.deepEqual(await ids('phone-number', 'number of maria'), ['send-2', 'send-1']);
    const [found] = await store.requestsOf({ kind: 'account', digest: digest('maria') });
    assert.deepEqual(found, (await store.history('send-1'))[0]);
    assert.equal(found?.challenge, undefined);
    // The same request id for somebody else, while nothing binds it.
    const pedro = { accountDigest: digest('pedro'), phoneNumberDigest: digest('number of pedro') };
    await store.issue(anIssue('send-1', pedro), () => released);
    assert.deepEqual(await ids('account', 'maria'), []);
    assert.deepEqual(await ids('phone-number', 'number of pedro'), ['send-1']);
    // A challenge stays that of whom it was made for.
    await issue(store, 'send-1', pedro);
    await settleText(store, unknown('send-1'));
    await store.issue(anIssue('send-1'), () => released);
    assert.deepEqual(await ids('account', 'maria'), []);
    assert.deepEqual(await ids('account', 'pedro'), ['send-1']);
    const number = { kind: 'phone-number', digest: digest('number of maria') } as const;
    assert.equal(await endCodes(store, number, T0 + 2), 0);
    await store.sweep(T0 + HOUR, 10);
    assert.deepEqual(await ids('phone-number', 'number of maria'), []);
  });

  test('[OQ-28] an answer without a text leaves the challenge of an earlier try as it is', async (t) => {
    const { store } = await open(t);
    const challenge = await issue(store, 'send-1');
    await settleText(store, unknown('send-1'));
    await store.issue(anIssue('send-1'), () => released);
    assert.deepEqual(await store.findChallenge('send-1'), { ...challenge, state: 'ambiguous' });
    assert.equal((await store.recall(sendOtp('send-1')))?.answer?.result, 'OTP_LIMIT_REACHED');
  });

  test('replay, conflict and busy change nothing', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, accepted('send-1'));
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

function takesUpAgain({ open, test }: StoreSuite): void {
  test('[OQ-11] resuming claims the request again with the same challenge', async (t) => {
    const { store } = await open(t);
    const challenge = await issue(store, 'send-1');
    await settleText(store, unknown('send-1'));
    const again = { ...challenge, submissions: 2, expiresAtMs: T0 + HOUR };
    const order = anIssue('send-1', { nowMs: T0 + MINUTE, owner: 'server-2', fingerprint: digest('other') });
    await store.issue(order, toResume(again));
    assert.deepEqual(await store.findChallenge('send-1'), again);
    assert.deepEqual(await store.recall(sendOtp('send-1')), {
      state: 'claimed',
      fingerprint: digest('other'),
      answer: undefined,
      owner: 'server-2',
      leaseExpiresAtMs: T0 + MINUTE + 30_000,
    });
    const [history] = await store.history('send-1');
    assert.deepEqual(history?.challenge?.events, [
      { atMs: T0, event: 'issued', detail: '' },
      { atMs: T0 + 200, event: 'unknown', detail: 'primary timeout' },
      { atMs: T0 + MINUTE, event: 'resumed', detail: '' },
    ]);
  });

  test('issuing again replaces the challenge of a released request, its events and its answer', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, refused('send-1'));
    const accountDigest = digest('joao');
    const second = aChallenge({ challengeId: idFor('second'), accountDigest, issuedAtMs: T0 + MINUTE });
    await store.issue(anIssue('send-1', { nowMs: T0 + MINUTE, accountDigest }), toIssue(second));
    assert.deepEqual(await store.findChallenge('send-1'), second);
    assert.equal((await store.recall(sendOtp('send-1')))?.answer, undefined);
    const [history] = await store.history('send-1');
    assert.equal(history?.answeredAtMs, undefined);
    assert.deepEqual(history?.challenge?.events, [{ atMs: T0 + MINUTE, event: 'issued', detail: '' }]);
    assert.deepEqual((await factsFor(store, 'next')).account.texts, []);
    assert.equal((await factsFor(store, 'next', { accountDigest })).account.texts.length, 1);
  });
}
