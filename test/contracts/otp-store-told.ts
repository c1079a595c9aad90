import assert from 'node:assert/strict';
import type {
  AttemptFacts,
  CeilingBucket,
  IssueDecision,
  OtpStore,
  ReceiptDecision,
  ReceiptFacts,
  RequestKey,
} from '../../src/ports/otp-store.ts';
import {
  aChallenge,
  accepted,
  anAttempt,
  anEcho,
  anIssue,
  digest,
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
import { completeRequest, noteReceipt } from './otp-steps.ts';
import type { StoreSuite } from './store-suite.ts';

const sendOtp: RequestKey = { method: 'sendOtp', requestId: 'send-1' };
const bucket = (subject: string, number: number): CeilingBucket => ({
  subject,
  windowMs: HOUR,
  bucket: number,
});

/** Where two texts of a challenge are counted, each number another one. */
const COUNTED = [
  {
    sends: [bucket('global', 1), bucket('country:CA', 2)],
    unverified: [bucket('unverified:country:CA', 3), bucket('unverified:range:+1', 4)],
  },
  { sends: [bucket('global', 5)], unverified: [bucket('unverified:country:CA', 6)] },
];

/** What a store tells: of one request everywhere alike, and of a decision just what was decided. */
export function toldContract(suite: StoreSuite): void {
  tellsAlike(suite);
  tellsReceipts(suite);
  givesBack(suite);
}

/** Whoever asks for the request or its challenge is told the same. */
async function assertToldAlike(store: OtpStore): Promise<void> {
  const [record, challenge] = [await store.recall(sendOtp), await store.findChallenge('send-1')];
  const facts = await factsFor(store, 'send-1', { nowMs: T0 + MINUTE });
  assert.deepEqual([facts.request, facts.challenge], [record, challenge]);
  const attempts: AttemptFacts[] = [];
  await store.attempt(anAttempt('never', 'send-1'), (seen) => {
    attempts.push(seen);
    return { kind: 'absent' };
  });
  assert.deepEqual(attempts.at(-1)?.challenge, challenge);
  const [history] = await store.history('send-1');
  for (const subject of [
    { kind: 'account', digest: digest('maria') },
    { kind: 'phone-number', digest: digest('number of maria') },
  ] as const) {
    assert.deepEqual(await store.requestsOf(subject), [history]);
  }
  const { events, ...told } = history?.challenge ?? { events: [] };
  assert.deepEqual(told, challenge);
  assert.deepEqual([history?.state, history?.answer], [record?.state, record?.answer]);
  assert.equal(history?.receivedAtMs, T0);
}

function tellsAlike({ open, test }: StoreSuite): void {
  test('whoever asks for a request is told the same of it and its challenge, at every step of its life', async (t) => {
    const { store, reopen } = await open(t);
    const challenge = aChallenge({ challengeId: idFor('send-1'), counted: COUNTED });
    await store.issue(anIssue('send-1'), () => ({ kind: 'issue', challenge, raise: [], events: [] }));
    await assertToldAlike(store);
    const order = { requestId: 'send-1', challengeId: challenge.challengeId, nowMs: T0 };
    const undone = store.settle(order, (facts) => {
      assert.deepEqual(facts, {
        requestState: 'claimed',
        state: 'submitting',
        submissions: 1,
        counted: COUNTED,
      });
      throw new RangeError('enough is seen');
    });
    await assert.rejects(undone, RangeError);
    await assertToldAlike(store);
    const text = { gateway: 'primary', messageId: 'SM-9', receiptKey: 'k' };
    await settleText(store, unknown('send-1', { text }));
    await assertToldAlike(store);
    await noteReceipt(
      store,
      { gateway: 'primary', receiptKey: 'k', state: 'undelivered', detail: '' },
      T0 + 1000,
    );
    await assertToldAlike(store);
    const wrong = anAttempt('verify-1', 'send-1');
    await store.attempt(wrong, toJudge(wrong, false));
    const reopened = await reopen();
    await assertToldAlike(reopened);
    assert.deepEqual(await reopened.findChallenge('send-1'), {
      ...challenge,
      state: 'sent',
      failedAttempts: 1,
      text: {
        gateway: 'primary',
        messageId: 'SM-9',
        submittedAtMs: T0 + 200,
        receipt: { state: 'undelivered', atMs: T0 + 1000 },
      },
    });
  });

  test('what is retried is told of as it was answered', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    const order = anAttempt('verify-1', 'send-1');
    await store.attempt(order, toJudge(order, false));
    const seen: AttemptFacts[] = [];
    await store.attempt(order, (facts) => {
      seen.push(facts);
      return { kind: 'conflict' };
    });
    const record = await store.recall({ method: 'verifyOtp', requestId: 'verify-1' });
    assert.ok(record);
    assert.deepEqual(seen.at(-1)?.request, record);
  });

  test('[OQ-67] refused texts are told newest first, of the account and of the number', async (t) => {
    const { store } = await open(t);
    for (const [at, requestId] of ['one', 'two'].entries()) {
      await issue(store, requestId);
      await settleText(store, refused(requestId, { nowMs: T0 + at }));
    }
    const { account, phoneNumber } = await factsFor(store, 'next', { nowMs: T0 + MINUTE });
    const newestFirst = [
      { atMs: T0 + 1, times: 1 },
      { atMs: T0, times: 1 },
    ];
    assert.deepEqual([account.refusedTexts, phoneNumber.refusedTexts], [newestFirst, newestFirst]);
  });
}

function tellsReceipts({ open, test }: StoreSuite): void {
  test('of a receipt the texts are told under each of its keys, the newest first, 16 at most', async (t) => {
    const { store } = await open(t);
    const file = async (requestId: string, receiptKey: string, messageId: string | undefined) => {
      await issue(store, requestId);
      await settleText(store, accepted(requestId, { text: { gateway: 'primary', messageId, receiptKey } }));
    };
    for (let at = 0; at < 17; at += 1) await file(`many-${at}`, 'many', `SM-${at}`);
    await file('one', 'one', undefined);
    const seen: ReceiptFacts[] = [];
    const order = { keys: ['many', 'one', 'none'], rivalKeys: ['many', 'nothing'] };
    await store.recordReceipt(order, (facts) => {
      seen.push(facts);
      return { record: { kind: 'unmatched' } };
    });
    const textOf = (requestId: string, messageId: string | undefined) => ({
      challengeId: idFor(requestId),
      state: 'sent' as const,
      gateway: 'primary',
      messageId,
      country: 'CA',
      submittedAtMs: T0 + 200,
      receipt: undefined,
    });
    const many = Array.from({ length: 16 }, (_, at) => textOf(`many-${16 - at}`, `SM-${16 - at}`));
    assert.deepEqual(seen.at(-1), { texts: [many, [textOf('one', undefined)], []], rivals: [many, []] });
  });

  test('a receipt is noted as it is decided, on the text that is named', async (t) => {
    const { store } = await open(t);
    for (const requestId of ['older', 'newer']) {
      await issue(store, requestId, { accountDigest: digest(requestId) });
      const text = { gateway: 'primary', messageId: 'SM', receiptKey: 'k' };
      await settleText(store, unknown(requestId, { text }));
    }
    const event = { atMs: T0 + HOUR, event: 'delivered', detail: 'a word' };
    const receipt = { state: 'delivered', atMs: T0 + 2 * HOUR } as const;
    const note = { challengeId: idFor('older'), state: 'sent', receipt, event } as const;
    const decision: ReceiptDecision = {
      record: { kind: 'recorded', country: 'CA', sinceSubmittedMs: 1 },
      note,
    };
    const order = { keys: ['k'], rivalKeys: [] };
    assert.deepEqual(await store.recordReceipt(order, () => decision), decision);
    const [older] = await store.history('older');
    assert.deepEqual([older?.challenge?.state, older?.challenge?.text?.receipt], ['sent', receipt]);
    assert.deepEqual(older?.challenge?.events.at(-1), event);
    assert.equal((await store.findChallenge('newer'))?.text?.receipt, undefined);
    const elsewhere = { ...decision, note: { ...note, challengeId: idFor('another') } };
    await assert.rejects(
      store.recordReceipt(order, () => elsewhere),
      TypeError,
    );
  });
}

function givesBack({ open, test }: StoreSuite): void {
  test('each step gives back what was decided', async (t) => {
    const { store } = await open(t);
    const challenge = aChallenge({ challengeId: idFor('send-1'), counted: COUNTED });
    const blocks = ['unverified:country:CA', 'unverified:range:+1'].map((subject, at) => {
      return { subject, sinceMs: T0, untilMs: T0 + HOUR, unverified: 20 + at, verified: at };
    });
    const finding = { budget: 'unverifiedPerCountry', mode: 'observe' } as const;
    const request = {
      state: 'released',
      answer: { result: 'MESSAGE_UNABLE_TO_BE_SENT', integratorId: idFor('x') },
      reason: 'coolDown',
    } as const;
    const issues: IssueDecision[] = [
      {
        kind: 'issue',
        challenge,
        raise: [bucket('global', 7)],
        events: [{ atMs: T0, event: 'guardWouldRefuse', detail: 'a word' }],
        guard: { begin: blocks, finding },
      },
      toResume({ ...challenge, submissions: 2 })(await factsFor(store, 'send-1')),
      { kind: 'answer', request, guard: { begin: [], finding } },
      { kind: 'busy' },
    ];
    for (const decision of issues) {
      const asDecided = structuredClone(decision);
      assert.deepEqual(await store.issue(anIssue('send-1'), () => decision), asDecided);
    }
    assert.deepEqual((await store.findChallenge('send-1'))?.counted, COUNTED);
    const order = anAttempt('verify-1', 'send-1');
    const lower = [bucket('unverified:country:CA', 3)];
    const raise = [bucket('verified:country:CA', 3)];
    const counted = COUNTED.toReversed();
    const verified = await store.attempt(order, (facts) => {
      const judged = toJudge(order, true)(facts);
      return judged.kind === 'judged' ? { ...judged, counted, lower, raise } : judged;
    });
    assert.deepEqual(verified, {
      kind: 'judged',
      request: {
        state: 'completed',
        answer: { result: 'SUCCESS', integratorId: idFor('verify-1') },
        reason: 'verified',
      },
      state: 'verified',
      failedAttempts: 0,
      uses: ['verifyOtp'],
      missteps: [],
      association: undefined,
      counted,
      lower,
      raise,
      event: { atMs: T0 + MINUTE, event: 'verified', detail: 'verify-1' },
    });
    assert.deepEqual((await store.findChallenge('send-1'))?.counted, counted);
    const wrong = anAttempt('verify-2', 'send-1');
    const late = await store.attempt(wrong, toJudge(wrong, false));
    assert.deepEqual(late.kind === 'judged' && late.missteps, ['uncompared']);
    assert.deepEqual(await completeRequest(store, anEcho('echo-1', { reason: 'a word' })), {
      kind: 'answer',
      request: { state: 'completed', answer: { result: '', integratorId: '' }, reason: 'a word' },
    });
    // What was answered before is given back as the record of it.
    const record = await store.recall({ method: 'verifyOtp', requestId: 'verify-1' });
    assert.deepEqual(await store.attempt(order, toJudge(order, true)), { kind: 'replay', record });
  });
}
