import assert from 'node:assert/strict';
import type { Challenge } from '../../../src/ports/challenge.ts';
import type { AttemptDecision, AttemptFacts, CodeUse, RequestKey } from '../../../src/ports/otp-store.ts';
import {
  aChallenge,
  accepted,
  anAttempt,
  anIssue,
  digest,
  factsFor,
  granted,
  HOUR,
  idFor,
  issue,
  MINUTE,
  settleText,
  T0,
  toResume,
} from '../otp-orders.ts';
import type { StoreSuite } from '../store-suite.ts';

const KEY: RequestKey = { method: 'consume:capture:piaid 1', requestId: 'capture-1' };
const ACCOUNT = new Uint8Array([7, 8, 9]);

/** Uses the code whatever the facts, and leaves the challenge in that state. */
function toUse(
  uses: readonly CodeUse[],
  state: 'sent' | 'verified',
): (facts: AttemptFacts) => AttemptDecision {
  return () => ({
    kind: 'judged',
    request: {
      state: 'completed',
      answer: { result: 'SUCCESS', integratorId: idFor('capture-1'), account: ACCOUNT },
      reason: 'verified',
    },
    state,
    failedAttempts: 0,
    uses,
    missteps: [],
    association: undefined,
    counted: undefined,
    lower: [],
    raise: [],
    event: { atMs: T0 + MINUTE, event: 'verified', detail: `${KEY.method} ${KEY.requestId}` },
  });
}

const order = anAttempt('capture-1', 'send-1', { key: KEY });

/** What a code is used for beside verifyOtp. */
export function consumeContract({ open, test }: StoreSuite): void {
  test('[OV-3, IDEM-9] a consumption is recorded under its purpose and account, with whose code it was', async (t) => {
    const { store, reopen } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, accepted('send-1'));
    const decision = toUse(['capture'], 'verified');
    assert.deepEqual(await store.attempt(order, decision), decision({} as AttemptFacts));
    const reopened = await reopen();
    const answer = { result: 'SUCCESS', integratorId: idFor('capture-1'), account: ACCOUNT };
    assert.deepEqual(await reopened.recall(KEY), {
      state: 'completed',
      fingerprint: order.fingerprint,
      answer,
      owner: 'server-1',
      leaseExpiresAtMs: 0,
    });
    assert.deepEqual(await reopened.history('capture-1'), [
      {
        ...{ ...KEY, receivedAtMs: T0 + MINUTE, answeredAtMs: T0 + MINUTE, state: 'completed', answer },
        ...{ reason: 'verified', sendOtpRequestId: 'send-1', challenge: undefined },
      },
    ]);
    for (const method of [
      'consume:capture',
      'consume:capture:piaid 2',
      'consume:other',
      'verifyOtp',
    ] as const) {
      assert.equal(await reopened.recall({ ...KEY, method }), undefined, method);
    }
    const seen: AttemptFacts[] = [];
    await reopened.attempt(order, (facts) => {
      seen.push(facts);
      return { kind: 'conflict' };
    });
    assert.deepEqual(seen[0]?.request?.answer, answer);
    assert.deepEqual(seen[0]?.challenge?.uses, ['capture']);
    assert.equal(seen[0]?.challenge?.state, 'verified');
    for (const account of [new Uint8Array([6]), undefined]) {
      await reopened.attempt(order, (facts) => {
        const judged = decision(facts);
        if (judged.kind !== 'judged') return judged;
        const { result, integratorId } = answer;
        return { ...judged, request: { ...judged.request, answer: { result, integratorId, account } } };
      });
      assert.deepEqual((await reopened.recall(KEY))?.answer?.account, account);
    }
  });

  test('[OQ-9] what has used a code is known until another one is made in its place', async (t) => {
    const { store, reopen } = await open(t);
    const challenge = await issue(store, 'send-1');
    await store.attempt(order, toUse(['associateAccount'], 'sent'));
    const both: readonly CodeUse[] = ['associateAccount', 'createMandate'];
    assert.deepEqual((await store.findChallenge('send-1'))?.uses, ['associateAccount']);
    const again = anAttempt('mandate-1', 'send-1', {
      key: { method: 'consume:createMandate', requestId: 'm' },
    });
    const decided = toUse(both, 'verified');
    assert.deepEqual(await store.attempt(again, decided), decided({} as AttemptFacts));
    // What says nothing of uses leaves them.
    const wrong = anAttempt('wrong-1', 'send-1');
    await store.attempt(wrong, (facts) => {
      const decision = toUse([], 'verified')(facts);
      return decision.kind === 'judged' ? { ...decision, state: undefined, uses: undefined } : decision;
    });
    const reopened = await reopen();
    assert.deepEqual((await reopened.findChallenge('send-1'))?.uses, both);
    const told: (Challenge | undefined)[] = [(await reopened.history('send-1'))[0]?.challenge];
    told.push((await reopened.requestsOf({ kind: 'account', digest: digest('maria') }))[0]?.challenge);
    told.push((await factsFor(reopened, 'send-1')).challenge);
    await reopened.attempt(wrong, ({ challenge: seen }) => {
      told.push(seen);
      return { kind: 'conflict' };
    });
    assert.deepEqual(
      told.map((one) => one?.uses),
      [both, both, both, both],
    );
    await reopened.issue(anIssue('send-1', { nowMs: T0 + HOUR }), toResume(challenge));
    assert.deepEqual((await reopened.findChallenge('send-1'))?.uses, both);
    const next = anIssue('send-1', { nowMs: T0 + 2 * HOUR });
    const issued = granted('issue', aChallenge({ challengeId: idFor('next'), uses: ['other'] }), next);
    assert.deepEqual(await reopened.issue(next, () => issued), structuredClone(issued));
    assert.deepEqual((await reopened.findChallenge('send-1'))?.uses, ['other']);
    const unused = granted('issue', aChallenge({ challengeId: idFor('unused') }), next);
    await reopened.issue(next, () => unused);
    assert.deepEqual((await reopened.findChallenge('send-1'))?.uses, []);
  });

  test('a number counts as verified once a code of its was used, though it may be used once more', async (t) => {
    const { store, reopen } = await open(t);
    const guard = {
      unverified: ['a', 'b', 'c'].map((subject) => ({ subject, windowMs: HOUR })),
      verified: ['d', 'e', 'f'].map((subject) => ({ subject, windowMs: HOUR })),
    } as never;
    const isVerified = async (asked: typeof store, phoneNumberDigest = digest('number of maria')) => {
      let answer: boolean | undefined;
      await asked.issue(anIssue('next', { guard, phoneNumberDigest }), (facts) => {
        answer = facts.guard?.numberVerified();
        return { kind: 'busy' };
      });
      return answer;
    };
    await issue(store, 'send-1');
    assert.equal(await isVerified(store), false);
    await store.attempt(order, toUse(['associateAccount'], 'sent'));
    const reopened = await reopen();
    assert.equal(await isVerified(reopened), true);
    assert.equal(await isVerified(reopened, digest('another')), false);
    assert.equal((await factsFor(reopened, 'send-1')).challenge?.state, 'sent');
  });
}
