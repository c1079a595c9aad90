import assert from 'node:assert/strict';
import type { OtpStore } from '../../src/ports/otp-store.ts';
import {
  accepted,
  anAttempt,
  anIssue,
  factsFor,
  HOUR,
  idFor,
  issue,
  MINUTE,
  refused,
  settleText,
  T0,
  toJudge,
  toResume,
  unknown,
} from './otp-orders.ts';
import type { StoreSuite } from './store-suite.ts';

export function settleContract(suite: StoreSuite): void {
  recordsTheNews(suite);
  keepsWhatIsFinal(suite);
  takesLateNews(suite);
  knowsItsSubmission(suite);
}

async function requestState(store: OtpStore, requestId: string) {
  const record = await store.recall({ method: 'sendOtp', requestId });
  return [record?.state, record?.answer?.result];
}

async function challengeState(store: OtpStore, requestId: string) {
  const challenge = await store.findChallenge(requestId);
  return [challenge?.state, challenge?.submissions];
}

/** A second submission of the same challenge, begun by another owner. */
async function resume(store: OtpStore, requestId: string): Promise<void> {
  const challenge = await store.findChallenge(requestId);
  assert.ok(challenge);
  const order = anIssue(requestId, { nowMs: T0 + MINUTE, owner: 'server-2' });
  await store.issue(order, toResume({ ...challenge, submissions: 2 }));
}

function recordsTheNews({ open, test }: StoreSuite): void {
  test('[SO-7] an accepted text completes the request', async (t) => {
    const { store, reopen } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, accepted('send-1'));
    const reopened = await reopen();
    assert.deepEqual(await requestState(reopened, 'send-1'), ['completed', 'SUCCESS']);
    assert.deepEqual(await challengeState(reopened, 'send-1'), ['sent', 1]);
  });

  test('[OQ-11] a refused text releases the request and gives the reservation back', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, refused('send-1'));
    assert.deepEqual(await requestState(store, 'send-1'), ['released', 'MESSAGE_UNABLE_TO_BE_SENT']);
    assert.deepEqual(await challengeState(store, 'send-1'), ['issued', 0]);
  });

  test('[OQ-11] where the switch makes it terminal, a refusal completes the request', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, refused('send-1', { retryable: false }));
    assert.deepEqual(await requestState(store, 'send-1'), ['completed', 'MESSAGE_UNABLE_TO_BE_SENT']);
  });

  test('[OQ-28] a text of unknown fate stays reserved', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, unknown('send-1'));
    assert.deepEqual(await requestState(store, 'send-1'), ['released', 'MESSAGE_UNABLE_TO_BE_SENT']);
    assert.deepEqual(await challengeState(store, 'send-1'), ['ambiguous', 1]);
  });

  test('the history tells the whole story of a request', async (t) => {
    const { store } = await open(t);
    const challenge = await issue(store, 'send-1');
    await settleText(store, accepted('send-1'));
    assert.deepEqual(await store.history('send-1'), [
      {
        method: 'sendOtp',
        requestId: 'send-1',
        receivedAtMs: T0,
        answeredAtMs: T0 + 200,
        state: 'completed',
        answer: { result: 'SUCCESS', integratorId: challenge.challengeId },
        reason: '',
        sendOtpRequestId: undefined,
        challenge: {
          ...challenge,
          state: 'sent',
          text: { gateway: 'primary', messageId: 'SM-1', submittedAtMs: T0 + 200, receipt: undefined },
          events: [
            { atMs: T0, event: 'issued', detail: '' },
            { atMs: T0 + 200, event: 'accepted', detail: 'primary SM-1' },
          ],
        },
      },
    ]);
    assert.deepEqual(await store.history('send-2'), []);
  });

  test('whatever a gateway says stands in the event, shortened if it is long', async (t) => {
    const { store } = await open(t);
    const details = ['"quoted", \\ and\nnew line', 'नमस्ते 👋', '\u0000\ud800', 'x'.repeat(10_000)];
    for (const [index, detail] of details.entries()) {
      await issue(store, `send-${index}`);
      await settleText(store, accepted(`send-${index}`, { event: { atMs: T0, event: 'accepted', detail } }));
      const [history] = await store.history(`send-${index}`);
      assert.equal(history?.challenge?.events.at(-1)?.detail, detail.slice(0, 200));
    }
  });

  test('events of one challenge have a bound, and the first ones are kept', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, accepted('send-1'));
    for (let turn = 0; turn < 100; turn += 1) {
      const detail = `${turn}`.padEnd(500, '.');
      await settleText(
        store,
        accepted('send-1', { answer: undefined, event: { atMs: T0, event: 'accepted', detail } }),
      );
    }
    const [history] = await store.history('send-1');
    const events = history?.challenge?.events ?? [];
    assert.equal(events[0]?.event, 'issued');
    assert.ok(events.length >= 20 && events.length < 100, `${events.length} events`);
  });

  test('news of another challenge, or of no known request, change nothing', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    const before = await store.history('send-1');
    await settleText(store, accepted('send-1', { challengeId: idFor('another') }));
    await settleText(store, accepted('send-2'));
    assert.deepEqual(await store.history('send-1'), before);
    assert.deepEqual(await store.history('send-2'), []);
  });
}

function keepsWhatIsFinal({ open, test }: StoreSuite): void {
  test('[VO-2] a code verified before its delivery was recorded stays verified', async (t) => {
    const { store } = await open(t);
    for (const settle of [accepted, refused, unknown]) {
      const requestId = `send-${settle.name}`;
      await issue(store, requestId);
      const order = anAttempt(`verify-${settle.name}`, requestId);
      await store.attempt(order, toJudge(order, true));
      await settleText(store, settle(requestId));
      assert.equal((await store.findChallenge(requestId))?.state, 'verified');
      const [history] = await store.history(requestId);
      assert.deepEqual(
        history?.challenge?.events.map(({ event }) => event),
        ['issued', 'verified', settle(requestId).event.event],
      );
      assert.notEqual((await requestState(store, requestId))[0], 'claimed');
    }
  });

  test('a superseded challenge stays superseded, and its refused text is given back', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await issue(store, 'send-2', {}, { nowMs: T0 + 100 });
    await settleText(store, accepted('send-2'));
    await settleText(store, refused('send-1'));
    assert.deepEqual(await challengeState(store, 'send-1'), ['superseded', 0]);
    assert.deepEqual(await requestState(store, 'send-1'), ['released', 'MESSAGE_UNABLE_TO_BE_SENT']);
  });

  test('[IDEM-2] what was answered first is never replaced', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, accepted('send-1'));
    await settleText(store, refused('send-1'));
    assert.deepEqual(await requestState(store, 'send-1'), ['completed', 'SUCCESS']);
    assert.equal((await store.findChallenge('send-1'))?.state, 'sent');
  });
}

function takesLateNews({ open, test }: StoreSuite): void {
  const late = { answer: undefined, nowMs: T0 + MINUTE } as const;

  test('[OQ-28] late news resolve an unknown outcome and leave the answer', async (t) => {
    const { store } = await open(t);
    await issue(store, 'yes');
    await settleText(store, unknown('yes'));
    await settleText(store, accepted('yes', late));
    assert.deepEqual(await challengeState(store, 'yes'), ['sent', 1]);
    assert.deepEqual(await requestState(store, 'yes'), ['released', 'MESSAGE_UNABLE_TO_BE_SENT']);

    const ceilings = [{ subject: 'global', windowMs: HOUR }];
    await issue(store, 'no', {}, { ceilings });
    await settleText(store, unknown('no'));
    await settleText(store, refused('no', late));
    assert.deepEqual(await challengeState(store, 'no'), ['issued', 0]);
    assert.deepEqual((await factsFor(store, 'next', { ceilings })).ceilingSends, [0]);
  });

  test('late news before the answer was recorded leave the claim', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, accepted('send-1', late));
    assert.deepEqual(await requestState(store, 'send-1'), ['claimed', undefined]);
    assert.deepEqual(await challengeState(store, 'send-1'), ['sent', 1]);
  });

  test('late news change no challenge that is neither submitting nor ambiguous', async (t) => {
    const { store } = await open(t);
    const ceilings = [{ subject: 'global', windowMs: HOUR }];
    await issue(store, 'send-1', {}, { ceilings });
    await settleText(store, accepted('send-1'));
    await settleText(store, refused('send-1', late));
    assert.deepEqual(await challengeState(store, 'send-1'), ['sent', 1]);
    assert.deepEqual((await factsFor(store, 'next', { ceilings })).ceilingSends, [1]);
    const [history] = await store.history('send-1');
    assert.equal(history?.challenge?.events.at(-1)?.event, 'refused');
  });
}

function knowsItsSubmission({ open, test }: StoreSuite): void {
  test("[OQ-28] that an earlier submission was refused, or that nobody knows, doesn't decide about a later one", async (t) => {
    const { store } = await open(t);
    for (const settle of [refused, unknown]) {
      const requestId = `send-${settle.name}`;
      await issue(store, requestId);
      await settleText(store, unknown(requestId));
      await resume(store, requestId);
      await settleText(store, settle(requestId, { answer: undefined }));
      assert.deepEqual(await challengeState(store, requestId), ['submitting', 2]);
      assert.deepEqual(await requestState(store, requestId), ['claimed', undefined]);
    }
  });

  test("who lost the claim doesn't release it, but may say that the text was accepted", async (t) => {
    const { store } = await open(t);
    for (const settle of [refused, unknown]) {
      const requestId = `send-${settle.name}`;
      await issue(store, requestId);
      await resume(store, requestId);
      await settleText(store, settle(requestId));
      assert.deepEqual(await requestState(store, requestId), ['claimed', undefined]);
    }
    await issue(store, 'send-1');
    await resume(store, 'send-1');
    await settleText(store, accepted('send-1'));
    assert.deepEqual(await requestState(store, 'send-1'), ['completed', 'SUCCESS']);
    await settleText(store, refused('send-1', { submission: 2 }));
    assert.deepEqual(await requestState(store, 'send-1'), ['completed', 'SUCCESS']);
    assert.deepEqual(await challengeState(store, 'send-1'), ['sent', 1]);
  });

  test('[OQ-28] an earlier submission that was accepted late is a text that is out, whatever the later one comes to', async (t) => {
    const { store } = await open(t);
    for (const settle of [refused, unknown]) {
      const requestId = `send-${settle.name}`;
      await issue(store, requestId);
      await settleText(store, unknown(requestId));
      await resume(store, requestId);
      await settleText(store, accepted(requestId, { answer: undefined }));
      assert.deepEqual(await challengeState(store, requestId), ['sent', 2]);
      assert.deepEqual(await requestState(store, requestId), ['claimed', undefined]);
      await settleText(store, settle(requestId, { submission: 2 }));
      assert.deepEqual(await challengeState(store, requestId), ['sent', settle === refused ? 1 : 2]);
      const [history] = await store.history(requestId);
      assert.equal(history?.challenge?.text?.messageId, 'SM-1');
    }
  });

  test('[OQ-28] a refused second text leaves the first one under way', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, unknown('send-1'));
    await resume(store, 'send-1');
    await settleText(store, refused('send-1', { submission: 2 }));
    assert.deepEqual(await challengeState(store, 'send-1'), ['ambiguous', 1]);
    assert.deepEqual(await requestState(store, 'send-1'), ['released', 'MESSAGE_UNABLE_TO_BE_SENT']);
  });
}
