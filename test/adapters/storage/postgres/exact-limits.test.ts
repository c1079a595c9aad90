import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { connectTo } from '../../../../src/adapters/postgres/connect.ts';
import { openStore } from '../../../../src/adapters/storage/postgres/open-store.ts';
import { PostgresOtpStore } from '../../../../src/adapters/storage/postgres/otp-store.ts';
import { judgeByGuard, type MoneyGuardPolicy } from '../../../../src/domain/limits/money-guard.ts';
import type { GuardOrder, IssueFacts, OtpStore } from '../../../../src/ports/otp-store.ts';
import {
  aChallenge,
  anAttempt,
  anIssue,
  digest,
  factsFor,
  granted,
  HOUR,
  idFor,
  issue,
  MINUTE,
  refused,
  settleText,
  T0,
  toIssueOnce,
  toJudge,
} from '../../../contracts/otp-orders.ts';
import { storeKindsUnderTest } from '../store-kinds.ts';

const global = { subject: 'global', windowMs: HOUR };

/** Servers on one store. */
async function servers(t: TestContext, count: number): Promise<readonly OtpStore[]> {
  const terms = await storeKindsUnderTest.postgres(t);
  if (terms.settings.kind !== 'postgres') throw new TypeError('it is of another kind');
  const { settings } = terms;
  const open = () => openStore({ ...terms, settings }, 'serve');
  const opened = [await open(), ...(await Promise.all(Array.from({ length: count - 1 }, open)))];
  t.after(() => Promise.all(opened.map(({ store }) => store.close())));
  return opened.map(({ store }) => store);
}

/** Each at another server, and each of an account and a number of its own unless `changes` say otherwise. */
async function issueAll(
  stores: readonly OtpStore[],
  count: number,
  order: Partial<ReturnType<typeof anIssue>>,
  allows: (facts: IssueFacts) => boolean,
) {
  const decisions = await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const requestId = `send-${index}`;
      const whom = {
        accountDigest: digest(`account ${index}`),
        phoneNumberDigest: digest(`number ${index}`),
      };
      const own = anIssue(requestId, { ...whom, ...order });
      const { accountDigest, phoneNumberDigest } = own;
      const challenge = aChallenge({ challengeId: idFor(requestId), accountDigest, phoneNumberDigest });
      return stores[index % stores.length]?.issue(own, (facts) =>
        allows(facts) ? granted('issue', challenge, own) : { kind: 'busy' },
      );
    }),
  );
  return decisions.filter((decision) => decision?.kind === 'issue').length;
}

for (const max of [1, 37, 250, 290]) {
  test(`of 300 texts at once at three servers ${max} go where the limit over all is ${max}`, async (t) => {
    const stores = await servers(t, 3);
    const allows = ({ ceilingSends }: IssueFacts) => (ceilingSends[0] ?? 0) < max;
    assert.equal(await issueAll(stores, 300, { ceilings: [global] }, allows), max);
    // It stays so for whoever comes later.
    assert.equal(await issueAll(stores, 8, { ceilings: [global] }, allows), 0);
  });
}

for (const whom of ['account', 'number'] as const) {
  test(`of 60 texts at once at three servers three go where the limit of their one ${whom} is three`, async (t) => {
    const stores = await servers(t, 3);
    const order =
      whom === 'account' ? { accountDigest: digest('one') } : { phoneNumberDigest: digest('one number') };
    const allows = ({ account, phoneNumber }: IssueFacts) =>
      (whom === 'account' ? account : phoneNumber).texts.length < 3;
    assert.equal(await issueAll(stores, 60, order, allows), 3);
  });
}

test('[IDEM-11] of 60 equal requests at once at three servers one is issued', async (t) => {
  const stores = await servers(t, 3);
  const decisions = await Promise.all(
    Array.from({ length: 60 }, (_, index) => {
      const challenge = aChallenge({ challengeId: idFor(`try-${index}`) });
      return stores[index % 3]?.issue(
        anIssue('send-1', { owner: `server-${index}` }),
        toIssueOnce(challenge),
      );
    }),
  );
  const [issued, ...others] = decisions.filter((decision) => decision?.kind === 'issue');
  assert.equal(others.length, 0);
  assert.deepEqual(await stores[0]?.findChallenge('send-1'), issued?.kind === 'issue' && issued.challenge);
});

test('[SO-13] of wrong codes at once for four texts of an account, at three servers, its budget is compared', async (t) => {
  const stores = await servers(t, 3);
  const [one = assert.fail()] = stores;
  for (let text = 0; text < 4; text += 1) await issue(one, `send-${text}`);
  const decisions = await Promise.all(
    Array.from({ length: 48 }, (_, index) => {
      const order = anAttempt(`verify-${index}`, `send-${index % 4}`);
      return stores[index % 3]?.attempt(order, ({ wrongCodes }) => {
        if (wrongCodes.reduce((sum, { times }) => sum + times, 0) >= 6) return { kind: 'busy' };
        return {
          kind: 'judged',
          request: { state: 'completed', answer: { result: 'NO', integratorId: 'x' }, reason: '' },
          state: undefined,
          failedAttempts: 1,
          uses: undefined,
          association: undefined,
          missteps: ['wrong'],
          ...{ counted: undefined, lower: [], raise: [] },
          event: { atMs: order.nowMs, event: 'wrong', detail: '' },
        };
      });
    }),
  );
  assert.equal(decisions.filter((decision) => decision?.kind === 'judged').length, 6);
  const { account } = await factsFor(one, 'next', { nowMs: T0 + HOUR });
  assert.deepEqual(account.wrongCodes, [{ atMs: T0 + MINUTE, times: 6 }]);
});

test('texts that are given back at other servers make room for as many', async (t) => {
  const stores = await servers(t, 3);
  const [one = assert.fail()] = stores;
  const whom = (index: number) => ({
    accountDigest: digest(`before ${index}`),
    phoneNumberDigest: digest(`n ${index}`),
  });
  for (let index = 0; index < 20; index += 1) {
    await issue(one, `before-${index}`, whom(index), { ceilings: [global] });
  }
  const refusals = Array.from({ length: 10 }, (_, index) =>
    settleText(stores[index % 3] ?? one, refused(`before-${index}`)),
  );
  const allows = ({ ceilingSends }: IssueFacts) => (ceilingSends[0] ?? 0) < 20;
  const [went] = await Promise.all([issueAll(stores, 30, { ceilings: [global] }, allows), ...refusals]);
  // Whether a refusal came before a text, nobody can say; in the end as many go as there is room for.
  assert.ok(went <= 10, `${went}`);
  let room = 0;
  await one.issue(anIssue('last', { ceilings: [global] }), ({ ceilingSends }) => {
    room = 20 - (ceilingSends[0] ?? 0);
    return { kind: 'busy' };
  });
  assert.equal(room, 10 - went);
});

const guard: GuardOrder = {
  unverified: [
    { subject: 'unverified:country:CA', windowMs: HOUR },
    { subject: 'unverified:range:+14035', windowMs: HOUR },
    { subject: 'unverified:prefix:+1403555', windowMs: HOUR },
  ],
  verified: [
    { subject: 'verified:country:CA', windowMs: HOUR },
    { subject: 'verified:range:+14035', windowMs: HOUR },
    { subject: 'verified:prefix:+1403555', windowMs: HOUR },
  ],
};

test('the money guard lets so many unverified texts go as its budget is, whichever server they come to', async (t) => {
  const stores = await servers(t, 3);
  const policy: MoneyGuardPolicy = {
    enforced: true,
    windowMs: HOUR,
    unverifiedPerVerified: 2,
    countryFloor: 1000,
    rangeFloor: 1000,
    prefixFloor: 12,
    countryMax: () => undefined,
    blockMs: HOUR,
  };
  const destination = { country: 'CA', numberPrefix: '+1403555' };
  const decisions = await Promise.all(
    Array.from({ length: 120 }, (_, index) => {
      const whom = {
        accountDigest: digest(`account ${index}`),
        phoneNumberDigest: digest(`number ${index}`),
      };
      const order = anIssue(`send-${index}`, { ...whom, guard });
      const challenge = aChallenge({ challengeId: idFor(order.requestId), ...whom });
      return stores[index % 3]?.issue(order, (facts) => {
        const { refusal, begin } = judgeByGuard(facts.guard ?? assert.fail(), policy, destination, T0);
        if (refusal === undefined) return granted('issue', challenge, order);
        const answer = { result: 'MESSAGE_UNABLE_TO_BE_SENT', integratorId: idFor(order.requestId) };
        return { kind: 'answer', request: { state: 'released', answer, reason: refusal }, guard: { begin } };
      });
    }),
  );
  assert.equal(decisions.filter((decision) => decision?.kind === 'issue').length, 12);
  assert.equal((await stores[0]?.blocks(T0))?.length, 1);
});

test('a block that another server begins while a text is decided on stops that text', async (t) => {
  const terms = await storeKindsUnderTest.postgres(t);
  if (terms.settings.kind !== 'postgres') throw new TypeError('it is of another kind');
  const { store: other } = await openStore({ ...terms, settings: terms.settings }, 'serve');
  const database = connectTo(terms.settings);
  const one = new PostgresOtpStore(database, terms.settings.schema);
  t.after(() => Promise.all([one.close(), other.close()]));
  const counted = anIssue('counted', { guard, accountDigest: digest('joao') });
  await other.issue(counted, () => granted('issue', aChallenge({ challengeId: idFor('counted') }), counted));
  const block = { subject: guard.unverified[0].subject, sinceMs: T0, untilMs: T0 + HOUR };
  const write = database.write.bind(database);
  database.write = async (...statement) => {
    database.write = write;
    await other.issue(anIssue('rival', { guard, accountDigest: digest('ana') }), () => ({
      kind: 'answer',
      request: { state: 'released', answer: { result: 'NO', integratorId: 'x' }, reason: '' },
      guard: { begin: [{ ...block, unverified: 1, verified: 1 }] },
    }));
    return write(...statement);
  };
  const order = anIssue('send-1', { guard });
  const decision = await one.issue(order, (facts) =>
    facts.guard?.blocks.some((found) => found !== undefined)
      ? { kind: 'busy' }
      : granted('issue', aChallenge(), order),
  );
  assert.equal(decision.kind, 'busy');
});

test('[VO-2, SO-13] of right codes at once at three servers one succeeds, and wrong ones never exceed the limit', async (t) => {
  const stores = await servers(t, 3);
  const [one = assert.fail()] = stores;
  await issue(one, 'right');
  await issue(one, 'wrong', {
    accountDigest: digest('another'),
    phoneNumberDigest: digest('another number'),
  });
  const type = (sendOtp: string, isRight: boolean) =>
    Promise.all(
      Array.from({ length: 24 }, (_, index) => {
        const order = anAttempt(`${sendOtp}-${index}`, sendOtp);
        return (stores[index % 3] ?? one).attempt(order, toJudge(order, isRight));
      }),
    );
  const [right, wrong] = await Promise.all([type('right', true), type('wrong', false)]);
  const count = (event: string) =>
    wrong.filter((decision) => decision.kind === 'judged' && decision.event.event === event).length;
  const results = right.map((decision) => decision.kind === 'judged' && decision.request.answer.result);
  assert.equal(results.filter((result) => result === 'SUCCESS').length, 1);
  assert.equal(count('wrong'), 4);
  assert.equal(count('exhausted'), 20);
});

test('a counter that is swept and begun anew while a text is decided on is read again', async (t) => {
  const terms = await storeKindsUnderTest.postgres(t);
  if (terms.settings.kind !== 'postgres') throw new TypeError('it is of another kind');
  const { store: other } = await openStore({ ...terms, settings: terms.settings }, 'serve');
  const database = connectTo(terms.settings);
  const one = new PostgresOtpStore(database, terms.settings.schema);
  t.after(() => Promise.all([one.close(), other.close()]));
  const whom = (name: string) => ({ accountDigest: digest(name), phoneNumberDigest: digest(`n ${name}`) });
  const issueFirst = (store: OtpStore, name: string) => {
    const order = anIssue(name, { ...whom(name), ceilings: [global] });
    const challenge = aChallenge({ challengeId: idFor(name), ...whom(name) });
    return store.issue(order, ({ ceilingSends }) =>
      ceilingSends[0] === 0 ? granted('issue', challenge, order) : { kind: 'busy' },
    );
  };
  for (const name of ['old', 'older']) {
    await issue(other, name, whom(name), { ceilings: [global], nowMs: T0 - 48 * HOUR });
  }
  const write = database.write.bind(database);
  database.write = async (...statement) => {
    database.write = write;
    assert.equal(await other.sweep(T0 - 24 * HOUR, 50), 2);
    assert.equal((await issueFirst(other, 'rival')).kind, 'issue');
    return write(...statement);
  };
  assert.equal((await issueFirst(one, 'late')).kind, 'busy');
});
