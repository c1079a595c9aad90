import assert from 'node:assert/strict';
import { bucketsAt } from '../../src/domain/limits/text-counts.ts';
import type { GuardFacts, GuardOrder, OtpStore } from '../../src/ports/otp-store.ts';
import {
  aChallenge,
  accepted,
  anAttempt,
  anIssue,
  DAY,
  digest,
  factsFor,
  granted,
  HOUR,
  idFor,
  refused,
  settleText,
  T0,
  toJudge,
} from './otp-orders.ts';
import type { StoreSuite } from './store-suite.ts';

const ceiling = (subject: string) => ({ subject, windowMs: HOUR });
const guard: GuardOrder = {
  unverified: [
    ceiling('unverified:country:CA'),
    ceiling('unverified:range:+14035'),
    ceiling('unverified:prefix:+1403555'),
  ],
  verified: [
    ceiling('verified:country:CA'),
    ceiling('verified:range:+14035'),
    ceiling('verified:prefix:+1403555'),
  ],
};

async function send(store: OtpStore, requestId: string, nowMs = T0) {
  let facts: { readonly [name in keyof GuardFacts]: unknown } | undefined;
  const order = anIssue(requestId, { guard, nowMs });
  await store.issue(order, ({ guard: gathered }) => {
    facts = gathered && {
      ...gathered,
      verified: gathered.verified(),
      numberVerified: gathered.numberVerified(),
    };
    return granted('issue', aChallenge({ challengeId: idFor(requestId), issuedAtMs: nowMs }), order);
  });
  return facts;
}

/** What the money guard counts and remembers. */
export function guardContract({ open, test }: StoreSuite): void {
  test('texts count as unverified until they are verified or refused', async (t) => {
    const { store } = await open(t);
    assert.deepEqual(await send(store, 'send-1'), {
      unverified: [0, 0, 0],
      verified: [0, 0, 0],
      blocks: [undefined, undefined, undefined],
      numberVerified: false,
    });
    await settleText(store, accepted('send-1'));
    assert.deepEqual((await send(store, 'send-2'))?.unverified, [1, 1, 1]);
    await settleText(store, refused('send-2'));
    assert.deepEqual((await send(store, 'send-3'))?.unverified, [1, 1, 1]);
    const order = anAttempt('verify-1', 'send-3');
    await store.attempt(order, (facts) => {
      const judged = toJudge(order, true)(facts);
      if (judged.kind !== 'judged') return judged;
      const lower = facts.challenge?.counted.flatMap(({ unverified }) => unverified) ?? [];
      return { ...judged, lower, raise: bucketsAt(guard.verified, T0) };
    });
    const facts = await send(store, 'send-4');
    assert.deepEqual(
      [facts?.unverified, facts?.verified, facts?.numberVerified],
      [[1, 1, 1], [1, 1, 1], true],
    );
  });

  test('a verification gives back and counts what it decides, each where it says, and the challenge keeps the rest', async (t) => {
    const { store, reopen } = await open(t);
    await send(store, 'send-1');
    await send(store, 'send-2');
    const sends = [{ ...ceiling('global'), bucket: 3 }];
    const counted = [{ sends, unverified: [] }];
    const order = anAttempt('verify-1', 'send-1');
    const lower = bucketsAt(guard.unverified.slice(1), T0);
    const raise = bucketsAt(guard.verified.slice(1), T0);
    await store.attempt(order, (facts) => {
      const judged = toJudge(order, true)(facts);
      return judged.kind === 'judged' ? { ...judged, counted, lower, raise } : judged;
    });
    const reopened = await reopen();
    assert.deepEqual((await reopened.findChallenge('send-1'))?.counted, counted);
    const facts = await send(reopened, 'send-3');
    assert.deepEqual(
      [facts?.unverified, facts?.verified],
      [
        [2, 1, 1],
        [0, 1, 1],
      ],
    );
    // What changes nothing about them leaves them.
    const late = anAttempt('verify-2', 'send-1');
    await reopened.attempt(late, toJudge(late, false));
    assert.deepEqual((await reopened.findChallenge('send-1'))?.counted, counted);
  });

  test('the guard is told of its own windows and numbers alone', async (t) => {
    const { store } = await open(t);
    const [country] = guard.unverified;
    const [elsewhere] = bucketsAt([{ ...country, windowMs: HOUR / 2 }], T0);
    assert.ok(elsewhere);
    const challenge = aChallenge({ challengeId: idFor('send-1'), phoneNumberDigest: digest('another') });
    await store.issue(anIssue('send-1'), () => ({
      kind: 'issue',
      challenge,
      raise: [elsewhere],
      events: [],
    }));
    const order = anAttempt('verify-1', 'send-1');
    await store.attempt(order, toJudge(order, true));
    const facts = await send(store, 'send-2');
    assert.deepEqual([facts?.unverified, facts?.numberVerified], [[0, 0, 0], false]);
    assert.equal((await send(store, 'send-3'))?.numberVerified, false);
  });

  test('that a number is verified is known as long as a request of it whose code was', async (t) => {
    const { store } = await open(t);
    const isVerified = async (requestId: string, nowMs: number) =>
      (await send(store, requestId, nowMs))?.numberVerified;
    const verify = (requestId: string, sendOtpRequestId: string) => {
      const order = anAttempt(requestId, sendOtpRequestId);
      return store.attempt(order, toJudge(order, true));
    };
    await send(store, 'oldest', T0 - 4 * DAY);
    await send(store, 'old', T0 - 2 * DAY);
    await send(store, 'new', T0);
    const wrong = anAttempt('verify-0', 'new');
    await store.attempt(wrong, toJudge(wrong, false));
    assert.equal(await isVerified('before', T0), false);
    await verify('verify-1', 'before');
    await verify('verify-2', 'old');
    // Texts that nobody has verified yet, and belated news of an old one, change nothing about it.
    assert.equal(await isVerified('later', T0 + 1), true);
    assert.equal(await isVerified('last', T0 + 2), true);
    await settleText(store, accepted('oldest'));
    assert.equal(await store.sweep(T0 - DAY, 10), 2);
    assert.equal(await isVerified('after', T0 + 3), true);
    assert.equal(await store.sweep(T0 + 1, 10), 2);
    assert.equal(await isVerified('in-the-end', T0 + 4), false);
  });

  test('counts end with their window', async (t) => {
    const { store } = await open(t);
    await send(store, 'send-1');
    assert.deepEqual((await send(store, 'send-2', T0 + 2 * HOUR))?.unverified, [0, 0, 0]);
  });

  test('a block lasts until its end, restarts included, and is then forgotten', async (t) => {
    const { store, reopen } = await open(t);
    const block = (untilMs: number) => ({
      subject: 'unverified:country:CA',
      sinceMs: T0,
      untilMs,
      unverified: 20,
      verified: 1,
    });
    const begin = (requestId: string, untilMs: number) =>
      store.issue(anIssue(requestId), () => ({
        kind: 'answer',
        request: {
          state: 'released',
          answer: { result: 'MESSAGE_UNABLE_TO_BE_SENT', integratorId: idFor(requestId) },
          reason: 'unverifiedPerCountry',
        },
        guard: { begin: [block(untilMs)] },
      }));
    await begin('send-1', T0 + HOUR);
    await begin('send-2', T0 + 2 * HOUR);
    const reopened = await reopen();
    assert.deepEqual((await send(reopened, 'send-3'))?.blocks, [block(T0 + 2 * HOUR), undefined, undefined]);
    assert.deepEqual(await reopened.blocks(T0 + HOUR), [block(T0 + 2 * HOUR)]);
    assert.deepEqual(await reopened.blocks(T0 + 2 * HOUR), []);
    assert.deepEqual((await send(reopened, 'send-4', T0 + 2 * HOUR))?.blocks, [
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('each subject is told its own block, and a block of another is none of its', async (t) => {
    const { store } = await open(t);
    const [country, , prefix] = guard.unverified;
    const blockOf = ({ subject }: { readonly subject: string }, unverified: number) => {
      return { subject, sinceMs: T0, untilMs: T0 + HOUR + unverified, unverified, verified: 2 };
    };
    const begin = [blockOf(prefix, 11), blockOf(country, 12), blockOf(ceiling('unverified:country:BR'), 13)];
    await store.issue(anIssue('send-1'), () => ({
      ...granted('issue', aChallenge({ challengeId: idFor('send-1') }), anIssue('send-1')),
      guard: { begin },
    }));
    assert.deepEqual((await send(store, 'send-2'))?.blocks, [begin[1], undefined, begin[0]]);
    // Another text begins the block of one subject anew, with all that is in it.
    const anew = {
      ...blockOf(prefix, 11),
      sinceMs: T0 + 1,
      untilMs: T0 + HOUR + 11,
      unverified: 30,
      verified: 3,
    };
    await store.issue(anIssue('send-3'), () => ({
      ...granted('issue', aChallenge({ challengeId: idFor('send-3') }), anIssue('send-3')),
      guard: { begin: [anew] },
    }));
    begin[0] = anew;
    assert.deepEqual(await store.blocks(T0), begin);
    assert.deepEqual(await store.blocks(T0 + HOUR + 11), begin.slice(1));
    assert.deepEqual(await store.blocks(T0 + HOUR + 10), begin);
  });

  test('a text counts in the part of the window that is decided, by whichever step', async (t) => {
    const { store } = await open(t);
    const [at] = bucketsAt([ceiling('global')], T0);
    assert.ok(at);
    const challenge = aChallenge({ challengeId: idFor('send-1') });
    const decisions = [
      { kind: 'issue', challenge, raise: [{ ...at, subject: 'issued' }], events: [] },
      { kind: 'resume', challenge, raise: [{ ...at, subject: 'resumed' }], events: [] },
    ] as const;
    for (const decision of decisions) await store.issue(anIssue('send-1'), () => decision);
    const order = anAttempt('verify-1', 'send-1');
    await store.attempt(order, (facts) => {
      const judged = toJudge(order, true)(facts);
      return judged.kind === 'judged' ? { ...judged, raise: [{ ...at, subject: 'verified' }] } : judged;
    });
    const ceilings = ['issued', 'resumed', 'verified'].map(ceiling);
    const told = async (nowMs: number) => (await factsFor(store, 'next', { ceilings, nowMs })).ceilingSends;
    // Twelve parts and the one that has begun are counted.
    const partMs = HOUR / 12;
    const last = (at.bucket + 13) * partMs - 1;
    assert.deepEqual(await told(last), [1, 1, 1]);
    assert.deepEqual(await told(last + 1), [0, 0, 0]);
  });

  test('what the guard would have refused stands in the history', async (t) => {
    const { store } = await open(t);
    const event = { atMs: T0, event: 'guardWouldRefuse', detail: 'unverifiedPerCountry country:CA 20/1' };
    await store.issue(anIssue('send-1'), () => ({
      kind: 'issue',
      challenge: aChallenge({ challengeId: idFor('send-1') }),
      raise: [],
      events: [event],
    }));
    const [history] = await store.history('send-1');
    assert.deepEqual(history?.challenge?.events.at(-1), event);
  });
}
