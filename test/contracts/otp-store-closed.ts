import assert from 'node:assert/strict';
import { bucketsAt } from '../../src/domain/limits/text-counts.ts';
import type {
  ClosedDecision,
  ClosedFacts,
  ClosedOrder,
  ClosedState,
  OtpStore,
} from '../../src/ports/otp-store.ts';
import { aChallenge, anIssue, DAY, digest, factsFor, granted, HOUR, idFor, T0 } from './otp-orders.ts';
import type { StoreSuite } from './store-suite.ts';

const ceiling = (subject: string) => ({ subject, windowMs: 12 * HOUR });
const ceilings = [ceiling('accounts:seen'), ceiling('accounts:closed')] as const;
const withheld: ClosedState = { kind: 'withheld', sinceMs: T0, seen: 300, closed: 30 };
const NOTHING: ClosedDecision = { sightings: [], raise: [], state: undefined };

function aClosed(name: string, nowMs = T0): ClosedOrder {
  return { accountDigest: digest(name), nowMs, sinceMs: nowMs - DAY, ceilings };
}

/** Counts the account as seen and closed. */
function counted({ nowMs }: ClosedOrder, state?: ClosedState): ClosedDecision {
  return { sightings: ['seen', 'closed'], raise: bucketsAt(ceilings, nowMs), state };
}

/** What is told of a closed account that then counts for nothing. */
async function told(store: OtpStore, order: ClosedOrder): Promise<ClosedFacts> {
  const seen: ClosedFacts[] = [];
  await store.weighClosed(order, (facts) => {
    seen.push(facts);
    return { ...NOTHING, state: facts.state };
  });
  const facts = seen.at(-1);
  assert.ok(facts);
  return facts;
}

/** Issues a text for the account, which is noted as seen. */
async function see(store: OtpStore, name: string, nowMs = T0): Promise<void> {
  const order = anIssue(`send-${name}`, { accountDigest: digest(name), nowMs });
  const challenge = aChallenge({ challengeId: idFor(name), accountDigest: digest(name), issuedAtMs: nowMs });
  const raise = bucketsAt(ceilings.slice(0, 1), nowMs);
  const decision = { ...granted('issue', challenge, order), isSeen: true, raise };
  assert.deepEqual(await store.issue(order, () => decision), decision);
}

/** What the closed-account guard counts and remembers. */
export function closedContract({ open, test }: StoreSuite): void {
  test('[OQ-95] the first closed account meets no facts, and one that counts for nothing leaves none', async (t) => {
    const { store } = await open(t);
    const none: ClosedFacts = { seen: [], closed: [], accounts: [0, 0], state: undefined };
    assert.deepEqual(await told(store, aClosed('maria')), none);
    assert.deepEqual(await told(store, aClosed('maria')), none);
    assert.equal(await store.closedState(), undefined);
  });

  test('[OQ-95] a closed account is noted and counted as it is decided, restarts included', async (t) => {
    const { store, reopen } = await open(t);
    const order = aClosed('maria');
    const decision = counted(order);
    assert.deepEqual(await store.weighClosed(order, () => decision), decision);
    const reopened = await reopen();
    const at = [{ atMs: T0, times: 1 }];
    assert.deepEqual(await told(reopened, order), {
      ...{ seen: at, closed: at },
      ...{ accounts: [1, 1], state: undefined },
    });
    // What is counted is counted for all, and what is noted for the account alone.
    const others = await told(reopened, aClosed('joao'));
    assert.deepEqual(others, { seen: [], closed: [], accounts: [1, 1], state: undefined });
    const { account } = await factsFor(reopened, 'send-1', { accountDigest: digest('maria') });
    assert.deepEqual(account.seen, at);
  });

  test('[OQ-95] each is noted and counted by itself', async (t) => {
    const { store } = await open(t);
    const one = aClosed('maria');
    const [, closed] = bucketsAt(ceilings, T0);
    assert.ok(closed);
    await store.weighClosed(one, () => ({ sightings: ['closed'], raise: [closed], state: undefined }));
    await store.weighClosed(aClosed('maria', T0 + 1), () => ({
      ...{ sightings: ['closed'], raise: [closed], state: undefined },
    }));
    const facts = await told(store, aClosed('maria', T0 + 2));
    assert.deepEqual(facts.seen, []);
    assert.deepEqual(facts.closed, [
      { atMs: T0 + 1, times: 1 },
      { atMs: T0, times: 1 },
    ]);
    assert.deepEqual(facts.accounts, [0, 2]);
  });

  test('[OQ-95] a text notes and counts that its account was seen, where it is decided so', async (t) => {
    const { store, reopen } = await open(t);
    await see(store, 'maria');
    await see(store, 'joao', T0 + 1);
    const order = anIssue('send-ana', { accountDigest: digest('ana') });
    const challenge = aChallenge({ challengeId: idFor('ana'), accountDigest: digest('ana') });
    await store.issue(order, () => granted('issue', challenge, order));
    const reopened = await reopen();
    const seen = async (name: string) => (await told(reopened, aClosed(name, T0 + 2))).seen;
    assert.deepEqual(await seen('maria'), [{ atMs: T0, times: 1 }]);
    assert.deepEqual(await seen('joao'), [{ atMs: T0 + 1, times: 1 }]);
    assert.deepEqual(await seen('ana'), []);
    assert.deepEqual((await told(reopened, aClosed('ana'))).accounts, [2, 0]);
    const { account } = await factsFor(reopened, 'next', { accountDigest: digest('joao'), nowMs: T0 + 2 });
    assert.deepEqual(account.seen, [{ atMs: T0 + 1, times: 1 }]);
  });

  test('[OQ-95] a text that is resumed notes it too', async (t) => {
    const { store } = await open(t);
    const order = anIssue('send-1');
    const challenge = aChallenge({ challengeId: idFor('send-1') });
    await store.issue(order, () => granted('issue', challenge, order));
    await store.issue(anIssue('send-1', { nowMs: T0 + 1 }), () => ({
      ...granted('resume', challenge, order),
      isSeen: true,
    }));
    assert.deepEqual((await told(store, aClosed('maria', T0 + 2))).seen, [{ atMs: T0 + 1, times: 1 }]);
  });

  test('[OQ-95] sightings are told as far back as is asked, and counts end with their window', async (t) => {
    const { store } = await open(t);
    await store.weighClosed(aClosed('maria'), (_facts) => counted(aClosed('maria')));
    const back = async (sinceMs: number, nowMs = T0 + 1) => {
      const { seen, closed } = await told(store, { ...aClosed('maria', nowMs), sinceMs });
      return [seen.length, closed.length];
    };
    assert.deepEqual(await back(T0), [1, 1]);
    assert.deepEqual(await back(T0 + 1), [0, 0]);
    const [{ bucket } = { bucket: 0 }] = bucketsAt(ceilings, T0);
    const end = (bucket + 13) * HOUR;
    assert.deepEqual((await told(store, aClosed('joao', end - 1))).accounts, [1, 1]);
    assert.deepEqual((await told(store, aClosed('joao', end))).accounts, [0, 0]);
    // Of parts that come after each other each is kept.
    await store.weighClosed(aClosed('ana', T0 + 2 * HOUR), () => counted(aClosed('ana', T0 + 2 * HOUR)));
    assert.deepEqual((await told(store, aClosed('joao', end - 1))).accounts, [2, 2]);
    assert.deepEqual((await told(store, aClosed('joao', end))).accounts, [1, 1]);
  });

  test('[OQ-95] what is found out stays, restarts included, until it is decided or said anew', async (t) => {
    const { store, reopen } = await open(t);
    const decision = counted(aClosed('maria'), withheld);
    assert.deepEqual(await store.weighClosed(aClosed('maria'), () => decision), decision);
    assert.deepEqual(await store.closedState(), withheld);
    const reopened = await reopen();
    assert.deepEqual(await reopened.closedState(), withheld);
    assert.deepEqual((await told(reopened, aClosed('joao'))).state, withheld);
    const confirmed: ClosedState = { kind: 'confirmed', untilMs: T0 + DAY };
    await reopened.setClosedState(confirmed);
    assert.deepEqual(await reopened.closedState(), confirmed);
    const again = { ...withheld, sinceMs: T0 + 1, seen: 301, closed: 31 };
    await reopened.weighClosed(aClosed('ana'), ({ state }) => {
      assert.deepEqual(state, confirmed);
      return { ...NOTHING, state: again };
    });
    assert.deepEqual(await reopened.closedState(), again);
    const ended = { ...NOTHING, state: { ...confirmed, untilMs: T0 + 2 * DAY } };
    assert.deepEqual(await reopened.weighClosed(aClosed('ana'), () => ended), ended);
    assert.deepEqual(await reopened.closedState(), ended.state);
  });

  test('[OQ-95] it may be said before anything was found out', async (t) => {
    const { store } = await open(t);
    await store.setClosedState({ kind: 'confirmed', untilMs: T0 });
    assert.deepEqual((await told(store, aClosed('maria'))).state, { kind: 'confirmed', untilMs: T0 });
  });

  test('[OQ-95] closed accounts that come at once are weighed one after the other', async (t) => {
    const { store } = await open(t);
    // Four at a time about the same account, which counts once.
    const orders = Array.from({ length: 32 }, (_, at) => aClosed(`account-${at % 8}`));
    const before: number[] = [];
    await Promise.all(
      orders.map((order) =>
        store.weighClosed(order, ({ closed, accounts }) => {
          if (closed.length > 0) return NOTHING;
          before.push(accounts[1]);
          return counted(order);
        }),
      ),
    );
    assert.deepEqual(
      before,
      Array.from({ length: 8 }, (_, at) => at),
    );
    assert.deepEqual((await told(store, aClosed('joao'))).accounts, [8, 8]);
  });

  test('[OQ-95] a decision that fails changes nothing', async (t) => {
    const { store } = await open(t);
    const fault = new RangeError('no decision');
    await assert.rejects(
      store.weighClosed(aClosed('maria'), () => {
        throw fault;
      }),
      fault,
    );
    assert.deepEqual((await told(store, aClosed('maria'))).accounts, [0, 0]);
  });

  test('[OQ-95, OQ-10] a sweep deletes sightings with all else of their age', async (t) => {
    const { store } = await open(t);
    await store.weighClosed(aClosed('maria'), (_facts) => counted(aClosed('maria')));
    await store.sweep(T0 + 1, 10);
    const { seen, closed } = await told(store, aClosed('maria'));
    assert.deepEqual([seen, closed], [[], []]);
  });
}
