import assert from 'node:assert/strict';
import {
  aChallenge,
  accepted,
  anAttempt,
  anEcho,
  anIssue,
  digest,
  factsFor,
  granted,
  HOUR,
  idFor,
  issue,
  settleText,
  T0,
  toIssueOnce,
  toJudge,
} from './otp-orders.ts';
import { completeRequest } from './otp-steps.ts';
import type { StoreSuite } from './store-suite.ts';

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

export function concurrencyContract(suite: StoreSuite): void {
  twins(suite);
  attempts(suite);
  quotas(suite);
  ceilings(suite);
  neighbours(suite);
}

function twins({ open, test }: StoreSuite): void {
  test('[IDEM-11] of 64 equal requests at once one is issued', async (t) => {
    const { store } = await open(t);
    const decisions = await Promise.all(
      times(64, (i) => {
        const challenge = aChallenge({ challengeId: idFor(`try-${i}`) });
        return store.issue(anIssue('send-1', { owner: `server-${i}` }), toIssueOnce(challenge));
      }),
    );
    const issued = decisions.filter(({ kind }) => kind === 'issue');
    assert.equal(issued.length, 1);
    assert.ok(decisions.every(({ kind }) => kind === 'issue' || kind === 'busy'));
    const [first] = issued;
    assert.deepEqual(await store.findChallenge('send-1'), first?.kind === 'issue' && first.challenge);
    await settleText(
      store,
      accepted('send-1', { challengeId: (await store.findChallenge('send-1'))?.challengeId ?? '' }),
    );
    const later = await Promise.all(
      times(64, () => store.issue(anIssue('send-1'), toIssueOnce(aChallenge()))),
    );
    assert.ok(later.every(({ kind }) => kind === 'replay'));
  });

  test('[IDEM-2] of 64 equal declines at once all learn the one that is kept', async (t) => {
    const { store } = await open(t);
    const decisions = await Promise.all(
      times(64, (i) =>
        completeRequest(store, anEcho('echo-1', { answer: { result: '', integratorId: idFor(`${i}`) } })),
      ),
    );
    const kept = await store.recall({ method: 'echo', requestId: 'echo-1' });
    const others = decisions.filter(({ kind }) => kind !== 'answer');
    assert.equal(others.length, 63);
    for (const other of others) assert.deepEqual(other, { kind: 'replay', record: kept });
  });
}

function attempts({ open, test }: StoreSuite): void {
  test('[VO-2] of 64 right codes at once one succeeds', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    const decisions = await Promise.all(
      times(64, (i) => {
        const order = anAttempt(`verify-${i}`, 'send-1');
        return store.attempt(order, toJudge(order, true));
      }),
    );
    const results = decisions.map((decision) => decision.kind === 'judged' && decision.request.answer.result);
    assert.equal(results.filter((result) => result === 'SUCCESS').length, 1);
  });

  test('[SO-13] 64 wrong codes at once are never judged beyond the limit', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    const decisions = await Promise.all(
      times(64, (i) => {
        const order = anAttempt(`verify-${i}`, 'send-1');
        return store.attempt(order, toJudge(order, false));
      }),
    );
    const events = decisions.map((decision) => decision.kind === 'judged' && decision.event.event);
    assert.equal(events.filter((event) => event === 'wrong').length, 4);
    assert.equal(events.filter((event) => event === 'exhausted').length, 60);
    const challenge = await store.findChallenge('send-1');
    assert.deepEqual([challenge?.state, challenge?.failedAttempts], ['exhausted', 5]);
  });
}

function quotas({ open, test }: StoreSuite): void {
  test('of 64 requests of an account at once no more are issued than its quota allows', async (t) => {
    const { store } = await open(t);
    const ceilings = [{ subject: 'global', windowMs: HOUR }];
    const decisions = await Promise.all(
      times(64, (i) => {
        const order = anIssue(`send-${i}`, { ceilings });
        return store.issue(order, (facts) => {
          const sends = facts.account.texts.length;
          assert.equal(facts.ceilingSends[0], sends);
          if (sends >= 3) return { kind: 'busy' };
          return granted('issue', aChallenge({ challengeId: idFor(`send-${i}`) }), order);
        });
      }),
    );
    assert.equal(decisions.filter(({ kind }) => kind === 'issue').length, 3);
  });
}

function ceilings({ open, test }: StoreSuite): void {
  test('texts of many accounts at once are counted one by one', async (t) => {
    const { store } = await open(t);
    const quotas = [{ subject: 'global', windowMs: HOUR }];
    const whom = (i: number) => ({
      accountDigest: digest(`account ${i}`),
      phoneNumberDigest: digest(`number ${i}`),
    });
    await Promise.all(times(16, (i) => issue(store, `send-${i}`, whom(i), { ceilings: quotas })));
    assert.deepEqual((await factsFor(store, 'next', { ceilings: quotas })).ceilingSends, [16]);
  });
}

function neighbours({ open, test }: StoreSuite): void {
  test('a decision that throws undoes its own step and disturbs no other', async (t) => {
    const { store, reopen } = await open(t);
    const broken = new RangeError('a fault of the core');
    const outcomes = await Promise.allSettled(
      times(30, (i) =>
        store.issue(anIssue(`send-${i}`), () => {
          if (i % 3 === 0) throw broken;
          return {
            kind: 'issue',
            challenge: aChallenge({ challengeId: idFor(`send-${i}`) }),
            raise: [],
            events: [],
          };
        }),
      ),
    );
    const reopened = await reopen();
    for (const [i, outcome] of outcomes.entries()) {
      const challenge = await reopened.findChallenge(`send-${i}`);
      if (i % 3 === 0) assert.equal(outcome.status === 'rejected' && outcome.reason, broken);
      assert.equal(outcome.status === 'fulfilled', i % 3 !== 0);
      assert.equal(challenge?.challengeId, i % 3 === 0 ? undefined : idFor(`send-${i}`));
    }
  });

  test('a judgement of a challenge that is not there is a fault, and records nothing', async (t) => {
    const { store } = await open(t);
    const order = anAttempt('verify-1', 'send-1');
    const judged = {
      kind: 'judged',
      request: { state: 'completed', answer: { result: 'SUCCESS', integratorId: 'x' }, reason: '' },
      state: 'verified',
      failedAttempts: 0,
      uses: undefined,
      association: undefined,
      missteps: [],
      counted: undefined,
      lower: [],
      raise: [],
      event: { atMs: T0, event: 'verified', detail: '' },
    } as const;
    await assert.rejects(
      store.attempt(order, () => judged),
      TypeError,
    );
    assert.equal(await store.recall({ method: 'verifyOtp', requestId: 'verify-1' }), undefined);
  });
}
