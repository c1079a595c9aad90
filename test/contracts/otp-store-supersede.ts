import assert from 'node:assert/strict';
import type { OtpStore } from '../../src/ports/otp-store.ts';
import {
  accepted,
  anAttempt,
  digest,
  factsFor,
  HOUR,
  issue,
  MINUTE,
  refused,
  settleText,
  T0,
  toJudge,
  unknown,
} from './otp-orders.ts';
import type { StoreSuite } from './store-suite.ts';

/** Which of an account's codes is the one that verifies. */
export function supersedeContract({ open, test }: StoreSuite): void {
  const statesOf = async (store: OtpStore, ...requestIds: string[]) => {
    const challenges = await Promise.all(requestIds.map((requestId) => store.findChallenge(requestId)));
    return challenges.map((challenge) => challenge?.state);
  };

  test('[OQ-14] a text that is out supersedes the older unconsumed ones of its account and no others', async (t) => {
    const { store, reopen } = await open(t);
    const ids = ['sent', 'ambiguous', 'refused', 'submitting', 'verified', 'other'];
    for (const id of ids) await issue(store, id, id === 'other' ? { accountDigest: digest('joao') } : {});
    await settleText(store, accepted('sent'));
    await settleText(store, unknown('ambiguous'));
    await settleText(store, refused('refused'));
    const order = anAttempt('verify-1', 'verified');
    await store.attempt(order, toJudge(order, true));
    await issue(store, 'newest', {}, { nowMs: T0 + HOUR });
    await settleText(store, accepted('newest', { nowMs: T0 + HOUR + 200 }));
    const reopened = await reopen();
    assert.deepEqual(await statesOf(reopened, ...ids, 'newest'), [
      ...['superseded', 'superseded', 'superseded', 'superseded', 'verified', 'submitting', 'sent'],
    ]);
    const [history] = await reopened.history('refused');
    assert.deepEqual(history?.challenge?.events.at(-1), {
      atMs: T0,
      event: 'superseded',
      detail: 'verified',
    });
  });

  for (const [name, settle, older] of [
    ['accepted', accepted, 'superseded'],
    ['of unknown fate', unknown, 'superseded'],
    ['refused', refused, 'sent'],
  ] as const) {
    test(`[OQ-66] while a newer text is handed over the older code verifies; once it is ${name}, it is ${older}`, async (t) => {
      const { store } = await open(t);
      await issue(store, 'older');
      await settleText(store, accepted('older'));
      await issue(store, 'newer', {}, { nowMs: T0 + MINUTE });
      assert.deepEqual(await statesOf(store, 'older', 'newer'), ['sent', 'submitting']);
      await settleText(store, settle('newer', { nowMs: T0 + MINUTE }));
      assert.deepEqual(await statesOf(store, 'older'), [older]);
    });
  }

  test('[OQ-66] of two texts that are handed over at once the newer one verifies, whichever is accepted first', async (t) => {
    for (const order of [
      ['one', 'two'],
      ['two', 'one'],
    ]) {
      const { store } = await open(t);
      // In the same millisecond.
      await issue(store, 'one');
      await issue(store, 'two');
      for (const requestId of order) await settleText(store, accepted(requestId));
      assert.deepEqual(await statesOf(store, 'one', 'two'), ['superseded', 'sent']);
    }
  });

  test('[OQ-66] a code that was typed is out, whatever its gateway says', async (t) => {
    const { store } = await open(t);
    await issue(store, 'older');
    await settleText(store, accepted('older'));
    await issue(store, 'newer', {}, { nowMs: T0 + MINUTE });
    const order = anAttempt('verify-1', 'newer');
    await store.attempt(order, toJudge(order, true));
    assert.deepEqual(await statesOf(store, 'older', 'newer'), ['superseded', 'verified']);
  });

  test('[OQ-66, OQ-28] a text whose process died while it was handed over may be out once its lease has ended', async (t) => {
    const { store } = await open(t);
    await issue(store, 'older');
    await settleText(store, accepted('older'));
    await issue(store, 'newer', {}, { nowMs: T0 + MINUTE });
    const eventAt = async (nowMs: number) => {
      const order = anAttempt(`verify-${nowMs}`, 'older', { nowMs });
      const decision = await store.attempt(order, toJudge(order, false));
      return decision.kind === 'judged' && decision.event.event;
    };
    assert.equal(await eventAt(T0 + MINUTE + 29_999), 'wrong');
    assert.equal(await eventAt(T0 + MINUTE + 30_000), 'superseded');
  });

  test('[OQ-66] a retry of a refused text learns that a newer one is out', async (t) => {
    const { store } = await open(t);
    await issue(store, 'older');
    await settleText(store, refused('older'));
    await issue(store, 'newer', {}, { nowMs: T0 + MINUTE });
    const state = async () => (await factsFor(store, 'older', { nowMs: T0 + 2 * MINUTE })).challenge?.state;
    await settleText(store, accepted('newer', { nowMs: T0 + MINUTE }));
    assert.equal(await state(), 'superseded');
  });
}
