import assert from 'node:assert/strict';
import type { Association, AttemptDecision, AttemptFacts, OtpStore } from '../../../src/ports/otp-store.ts';
import { accepted, anAssociation, anAttempt, digest, issue, settleText, T0, toJudge } from '../otp-orders.ts';
import type { StoreSuite } from '../store-suite.ts';

function keep(store: OtpStore, association: Association): Promise<Association | undefined> {
  return store.changeAssociation(association.digest, () => association);
}

/** What is known of association ids. */
export function associationsContract(suite: StoreSuite): void {
  changes(suite);
  consumes(suite);
  racesOfAssociations(suite);
}

function changes({ open, test }: StoreSuite): void {
  test('[FLOW-2] an association is kept as it is decided, beside others, and in the place of what was known of its id', async (t) => {
    const { store, reopen } = await open(t);
    const [one, other] = [anAssociation('one'), anAssociation('other', { accountDigest: digest('joao') })];
    assert.equal(await store.findAssociation(one.digest), undefined);
    assert.deepEqual(await keep(store, one), one);
    await keep(store, other);
    const seen: unknown[] = [];
    const unchanged = await store.changeAssociation(one.digest, (known) => void seen.push(known));
    assert.deepEqual([unchanged, seen], [undefined, [one]]);
    const reopened = await reopen();
    assert.deepEqual(await reopened.findAssociation(one.digest), one);
    const changed = {
      ...{ digest: one.digest, accountDigest: digest('ana'), sealed: new Uint8Array([9]), attempt: '' },
      ...({ state: 'removed', isTold: true, atMs: T0 + 1 } as const),
    };
    await keep(reopened, changed);
    assert.deepEqual(await reopened.findAssociation(one.digest), changed);
    assert.deepEqual(await reopened.findAssociation(other.digest), other);
    await assert.rejects(
      reopened.changeAssociation(other.digest, () => {
        throw new RangeError('enough is seen');
      }),
      RangeError,
    );
    assert.deepEqual(await reopened.findAssociation(other.digest), other);
  });

  test('those that the directory has not been told of are found in the order of their digests, from any one on', async (t) => {
    const { store } = await open(t);
    const digestOf = (first: number) => digest('one').with(0, first);
    const numbered = (first: number, changes: Partial<Association> = {}) =>
      anAssociation('one', { digest: digestOf(first), ...changes });
    for (const first of [5, 0, 1, 3, 2, 4]) await keep(store, numbered(first, { isTold: first === 3 }));
    await keep(store, numbered(2, { isTold: true }));
    await keep(store, numbered(5, { state: 'removed' }));
    const untold = [numbered(0), numbered(1), numbered(4), numbered(5, { state: 'removed' })];
    const from = (after: Uint8Array, rowsMax = 9) => store.untoldAssociations({ after, rowsMax });
    assert.deepEqual(await from(new Uint8Array()), untold);
    assert.deepEqual(await from(new Uint8Array(), 1), untold.slice(0, 1));
    assert.deepEqual(await from(digestOf(0)), untold.slice(1));
    assert.deepEqual(await from(digestOf(2)), untold.slice(2));
    assert.deepEqual(await from(digestOf(5)), []);
  });

  test('[FLOW-2] associations outlive every request', async (t) => {
    const { store } = await open(t);
    await keep(store, anAssociation('one', { isTold: true }));
    while ((await store.sweep(T0 + 1, 50)) === 50);
    assert.deepEqual(await store.findAssociation(digest('one')), anAssociation('one', { isTold: true }));
  });
}

function consumes({ open, test }: StoreSuite): void {
  test('[FLOW-4] a consumption is told what is known of its association id, and writes both or neither', async (t) => {
    const { store, reopen } = await open(t);
    for (const requestId of ['send-1', 'send-2']) {
      await issue(store, requestId, { accountDigest: digest(requestId) });
      await settleText(store, accepted(requestId));
    }
    const association = anAssociation('one');
    const seen: (Association | undefined)[] = [];
    const associating =
      (verdict: (facts: AttemptFacts) => AttemptDecision) =>
      (facts: AttemptFacts): AttemptDecision => {
        seen.push(facts.association);
        const decision = verdict(facts);
        return decision.kind === 'judged' ? { ...decision, association } : decision;
      };
    const first = anAttempt('verify-1', 'send-1', { associationDigest: association.digest });
    await store.attempt(
      first,
      associating(() => ({ kind: 'association-taken' })),
    );
    assert.equal(await store.findAssociation(association.digest), undefined);
    assert.equal(await store.recall(first.key), undefined);
    const decided = await store.attempt(first, associating(toJudge(first, true)));
    assert.deepEqual(decided.kind === 'judged' && decided.association, association);
    const reopened = await reopen();
    assert.deepEqual(await reopened.findAssociation(association.digest), association);
    assert.equal((await reopened.recall(first.key))?.answer?.result, 'SUCCESS');
    const other = { ...anAttempt('verify-2', 'send-2', { associationDigest: association.digest }) };
    await reopened.attempt(
      other,
      associating(() => ({ kind: 'conflict' })),
    );
    await reopened.attempt(
      { ...other, challengeId: 'another-one-----' },
      associating(() => ({ kind: 'absent' })),
    );
    await reopened.attempt(
      { ...other, associationDigest: undefined },
      associating(() => ({ kind: 'conflict' })),
    );
    assert.deepEqual(seen.slice(-3), [association, association, undefined]);
    const fault = associating(() => {
      throw new RangeError('enough is seen');
    });
    await assert.rejects(reopened.attempt(other, fault), RangeError);
    assert.equal((await reopened.findChallenge('send-2'))?.state, 'sent');
  });
}

function racesOfAssociations({ open, test }: StoreSuite): void {
  test('[FLOW-4] of many that want one id at once, by themselves or with a code, one has it', async (t) => {
    const { store } = await open(t);
    const contenders = Array.from({ length: 12 }, (_, at) => `contender-${at}`);
    for (const name of contenders.slice(0, 6)) {
      await issue(store, name, { accountDigest: digest(name) });
      await settleText(store, accepted(name));
    }
    const wanted = (name: string) => anAssociation('one', { attempt: name, accountDigest: digest(name) });
    const won = await Promise.all(
      contenders.map(async (name, at) => {
        if (at >= 6) {
          const decide = (known: Association | undefined) => (known === undefined ? wanted(name) : undefined);
          return (await store.changeAssociation(digest('one'), decide)) && name;
        }
        const order = anAttempt(`use-${name}`, name, { associationDigest: digest('one') });
        const decision = await store.attempt(order, (facts) => {
          if (facts.association !== undefined) return { kind: 'association-taken' };
          const judged = toJudge(order, true)(facts);
          return judged.kind === 'judged' ? { ...judged, association: wanted(name) } : judged;
        });
        return decision.kind === 'judged' ? name : undefined;
      }),
    );
    const [winner = '', ...losers] = won.filter((name) => name !== undefined);
    assert.deepEqual(losers, []);
    assert.deepEqual(await store.findAssociation(digest('one')), wanted(winner));
    for (const name of contenders.slice(0, 6)) {
      const state = (await store.findChallenge(name))?.state;
      assert.equal(state, name === winner ? 'verified' : 'sent', name);
    }
  });
}
