import assert from 'node:assert/strict';
import type { SettlementDecision, SettlementFacts } from '../../src/ports/otp-store.ts';
import { bucketAt } from '../../src/ports/windows.ts';
import {
  aChallenge,
  anIssue,
  DAY,
  factsFor,
  granted,
  HOUR,
  idFor,
  issue,
  MINUTE,
  refused,
  settleText,
  T0,
  unknown,
} from './otp-orders.ts';
import type { StoreSuite } from './store-suite.ts';

/** What the ceilings count, and where. */
export function countsContract(suite: StoreSuite): void {
  countsCeilings(suite);
  keepsCounts(suite);
}

function countsCeilings({ open, test }: StoreSuite): void {
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
    await issue(store, 'send-1', {}, { ceilings });
    await settleText(store, refused('send-1', { nowMs: T0 + 20 * MINUTE }));
    assert.equal(await sends(T0 + 20 * MINUTE), 0);
    const order = anIssue('send-1', { ceilings, nowMs: T0 + 30 * MINUTE });
    const issued = await store.findChallenge('send-1');
    assert.deepEqual(issued?.counted, []);
    await store.issue(order, () => granted('resume', issued, order));
    assert.equal(await sends(T0 + 30 * MINUTE), 1);
    await settleText(store, unknown('send-1', { nowMs: T0 + 31 * MINUTE }));
    assert.equal(await sends(T0 + 31 * MINUTE), 1);
  });

  test('counted is what the decision says, and not what the order weighed it against; the challenge keeps it', async (t) => {
    const { store, reopen } = await open(t);
    const ceilings = [perHour, perDay];
    const raise = [{ ...perDay, bucket: bucketAt(perDay, T0) }];
    const counted = [{ sends: raise, unverified: [{ ...brazil, bucket: 7 }] }];
    const challenge = aChallenge({ challengeId: idFor('send-1'), counted });
    await store.issue(anIssue('send-1', { ceilings }), () => ({
      kind: 'issue',
      challenge,
      raise,
      events: [],
    }));
    assert.deepEqual((await factsFor(store, 'next', { ceilings })).ceilingSends, [0, 1]);
    const again = { ...challenge, counted: [...counted, { sends: [], unverified: [] }] };
    await store.issue(anIssue('send-1', { ceilings }), () => ({
      kind: 'resume',
      challenge: again,
      raise,
      events: [],
    }));
    const reopened = await reopen();
    assert.deepEqual((await factsFor(reopened, 'next', { ceilings })).ceilingSends, [0, 2]);
    assert.deepEqual((await reopened.findChallenge('send-1'))?.counted, again.counted);
    assert.deepEqual((await factsFor(reopened, 'send-1')).challenge?.counted, again.counted);
  });

  test('what lies in a window stays counted when what is older is swept, or given back', async (t) => {
    const { store } = await open(t);
    const sends = async (nowMs: number) =>
      (await factsFor(store, 'next', { nowMs, ceilings: [perHour] })).ceilingSends[0];
    await issue(store, 'old', {}, { nowMs: T0 - 2 * DAY, ceilings: [perHour] });
    await issue(store, 'new', {}, { nowMs: T0, ceilings: [perHour] });
    await store.sweep(T0 - DAY, 10);
    assert.equal(await sends(T0), 1);
    await issue(store, 'late', {}, { nowMs: T0 - 2 * DAY, ceilings: [perHour] });
    await settleText(store, refused('late'));
    await store.sweep(T0 + 30 * MINUTE, 10);
    assert.equal(await sends(T0 + 30 * MINUTE), 1);
  });

  test('what is given back where nothing is counted takes nothing from what comes later', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    const lower = [{ ...perHour, bucket: bucketAt(perHour, T0) }];
    const order = { requestId: 'send-1', challengeId: idFor('send-1'), nowMs: T0 };
    await store.settle(order, () => {
      const event = { atMs: T0, event: 'refused', detail: '' };
      const told = { submissions: 0, text: undefined, refused: false, request: undefined } as const;
      return { ...told, state: 'ambiguous', counted: undefined, lower, event };
    });
    await issue(store, 'send-2', {}, { ceilings: [perHour] });
    assert.deepEqual((await factsFor(store, 'next', { ceilings: [perHour] })).ceilingSends, [1]);
  });

  test('what is answered without a text is not counted', async (t) => {
    const { store } = await open(t);
    const ceilings = [perHour];
    await store.issue(anIssue('send-1', { ceilings }), () => ({ kind: 'busy' }));
    const answer = { result: 'OTP_LIMIT_REACHED', integratorId: 'integrator-id-01' };
    const request = { state: 'completed', answer, reason: 'cool-down' } as const;
    await store.issue(anIssue('send-2', { ceilings }), () => ({ kind: 'answer', request }));
    assert.deepEqual((await factsFor(store, 'next', { ceilings })).ceilingSends, [0]);
  });
}

function keepsCounts({ open, test }: StoreSuite): void {
  const global = { subject: 'global', windowMs: HOUR };
  const ceilings = [global];

  test('a settlement tells where the texts are counted, and gives back just what it decides', async (t) => {
    const { store } = await open(t);
    const { counted } = await issue(store, 'send-1', {}, { ceilings });
    await issue(store, 'send-2', {}, { ceilings });
    const sends = async (nowMs: number) =>
      (await factsFor(store, 'next', { ceilings, nowMs })).ceilingSends[0];
    const other = [
      { sends: [], unverified: [{ subject: 'unverified:country:CA', windowMs: HOUR, bucket: 1 }] },
    ];
    const order = { requestId: 'send-1', challengeId: idFor('send-1'), nowMs: T0 + MINUTE };
    const told = { submissions: 1, text: undefined, refused: false, request: undefined } as const;
    const event = { atMs: T0, event: 'unknown', detail: '' };
    const settle = (decision: Pick<SettlementDecision, 'state' | 'counted' | 'lower'>) => {
      const seen: SettlementFacts[] = [];
      const settled = store.settle(order, (facts) => {
        seen.push(facts);
        return { ...told, event, ...decision };
      });
      return settled.then(() => seen.at(-1)?.counted);
    };
    const kept = await settle({ state: 'ambiguous', counted: undefined, lower: [] });
    assert.deepEqual([kept, await sends(T0)], [counted, 2]);
    const lower = [{ ...global, bucket: bucketAt(global, T0) }];
    assert.deepEqual(await settle({ state: 'ambiguous', counted: other, lower }), counted);
    assert.equal(await sends(T0), 1);
    assert.deepEqual(await settle({ state: 'ambiguous', counted: [], lower: [] }), other);
    assert.deepEqual((await store.findChallenge('send-1'))?.counted, []);
    // Where nothing is counted, nothing can be taken away.
    await settle({ state: 'ambiguous', counted: undefined, lower: [...lower, ...lower, ...lower] });
    assert.equal(await sends(T0), 0);
  });
}
