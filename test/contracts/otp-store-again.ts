import assert from 'node:assert/strict';
import type { OtpStore } from '../../src/ports/otp-store.ts';
import {
  aChallenge,
  accepted,
  anAttempt,
  anEcho,
  anIssue,
  DAY,
  digest,
  factsFor,
  HOUR,
  idFor,
  issue,
  MINUTE,
  settleText,
  T0,
  toJudge,
  unknown,
} from './otp-orders.ts';
import { completeRequest, noteReceipt } from './otp-steps.ts';
import type { StoreSuite } from './store-suite.ts';

const sendOtp = { method: 'sendOtp', requestId: 'send-1' } as const;
const counted = [{ sends: [{ subject: 'global', windowMs: DAY, bucket: 9 }], unverified: [] }];
const receipt = { gateway: 'primary', receiptKey: 'k', state: 'undelivered', detail: '' } as const;

/** A request with all that one can have: a text with a receipt, wrong codes, and an answer that binds nothing. */
async function full(store: OtpStore) {
  const challenge = await issue(store, 'send-1', { counted });
  const text = { gateway: 'primary', messageId: 'SM-1', receiptKey: 'k' };
  await settleText(store, unknown('send-1', { text }));
  await noteReceipt(store, receipt, T0 + 1000);
  const wrong = anAttempt('verify-1', 'send-1');
  await store.attempt(wrong, toJudge(wrong, false));
  const answer = { result: 'MESSAGE_UNABLE_TO_BE_SENT', integratorId: idFor('first') };
  const request = { state: 'released', answer, reason: 'unknownOutcome' } as const;
  await store.issue(anIssue('send-1', { nowMs: T0 + 2 * MINUTE }), () => ({ kind: 'answer', request }));
  return challenge;
}

const NEXT = {
  nowMs: T0 + HOUR,
  fingerprint: digest('other fingerprint'),
  owner: 'server-2',
  leaseExpiresAtMs: T0 + HOUR + 7000,
} as const;

const CLAIMED = {
  state: 'claimed',
  fingerprint: NEXT.fingerprint,
  answer: undefined,
  owner: 'server-2',
  leaseExpiresAtMs: NEXT.leaseExpiresAtMs,
} as const;

/** What is written over what was there: nothing of that is left. */
export function againContract({ open, test }: StoreSuite): void {
  test('an issue over an earlier one leaves nothing of it, and nothing of any other request is touched', async (t) => {
    const { store } = await open(t);
    await issue(store, 'other', { accountDigest: digest('ana') });
    const other = await store.history('other');
    await full(store);
    const joao = { accountDigest: digest('joao'), phoneNumberDigest: digest('number of joao') };
    const challenge = aChallenge({
      challengeId: idFor('second'),
      nonce: digest('second nonce'),
      secretId: 'secret-2',
      codeLength: 8,
      ...joao,
      otpContext: undefined,
      issuedAtMs: T0 + HOUR,
      expiresAtMs: T0 + HOUR + 1,
      expiresAtWallMs: T0 + HOUR + 2,
      recipient: undefined,
      country: 'BR',
      numberPrefix: '+551191234',
    });
    const order = anIssue('send-1', { ...NEXT, ...joao });
    await store.issue(order, () => ({ kind: 'issue', challenge, raise: [], events: [] }));
    assert.deepEqual(await store.recall(sendOtp), CLAIMED);
    assert.deepEqual(await store.findChallenge('send-1'), challenge);
    assert.deepEqual(await store.history('send-1'), [
      {
        method: 'sendOtp',
        requestId: 'send-1',
        receivedAtMs: T0 + HOUR,
        answeredAtMs: undefined,
        state: 'claimed',
        answer: undefined,
        reason: '',
        sendOtpRequestId: undefined,
        challenge: { ...challenge, events: [{ atMs: T0 + HOUR, event: 'issued', detail: '' }] },
      },
    ]);
    const { account, phoneNumber } = await factsFor(store, 'next', { ...joao, nowMs: T0 + HOUR });
    const texts = [{ atMs: T0 + HOUR, times: 1 }];
    assert.deepEqual([account.texts, phoneNumber.texts], [texts, texts]);
    assert.equal((await noteReceipt(store, { ...receipt, state: 'delivered' }, T0)).kind, 'unmatched');
    assert.deepEqual(await store.history('other'), other);
  });

  test('a resume gives a challenge another life, and nothing of any other request is touched', async (t) => {
    const { store } = await open(t);
    await issue(store, 'other', { accountDigest: digest('ana') });
    const other = await store.history('other');
    const first = await full(store);
    const again = {
      ...first,
      state: 'submitting',
      issuedAtMs: T0 + HOUR,
      expiresAtMs: T0 + HOUR + 1,
      expiresAtWallMs: T0 + HOUR + 2,
      recipient: new Uint8Array([9]),
      submissions: 2,
      failedAttempts: 3,
      counted: [],
    } as const;
    const event = { atMs: T0 + HOUR, event: 'resumed', detail: 'a word' };
    await store.issue(anIssue('send-1', NEXT), () => {
      return { kind: 'resume', challenge: again, raise: [], events: [event] };
    });
    assert.deepEqual(await store.recall(sendOtp), CLAIMED);
    const found = await store.findChallenge('send-1');
    assert.deepEqual({ ...found, text: undefined }, again);
    const [history] = await store.history('send-1');
    assert.deepEqual(
      [history?.receivedAtMs, history?.answeredAtMs, history?.answer, history?.reason],
      [T0 + HOUR, undefined, undefined, ''],
    );
    assert.deepEqual(history?.challenge?.events.at(-1), event);
    assert.deepEqual(await store.history('other'), other);
  });

  test('an answer over a claim or another answer leaves nothing of that', async (t) => {
    const { store } = await open(t);
    await full(store);
    const answer = { result: 'NOT_ELIGIBLE', integratorId: idFor('second') };
    const { fingerprint, owner, nowMs } = NEXT;
    const state = 'completed' as const;
    await store.issue(anIssue('send-2'), () => {
      return { kind: 'issue', challenge: aChallenge(), raise: [], events: [] };
    });
    for (const requestId of ['send-1', 'send-2']) {
      const key = { method: 'sendOtp', requestId } as const;
      const order = { key, fingerprint, owner, nowMs: nowMs + DAY };
      await completeRequest(store, anEcho('', { ...order, answer, reason: 'status' }));
      const record = { state, fingerprint, answer, owner, leaseExpiresAtMs: 0 };
      assert.deepEqual(await store.recall(key), record);
      const [history] = await store.history(requestId);
      const told = [history?.receivedAtMs, history?.answeredAtMs, history?.reason];
      assert.deepEqual(told, [nowMs + DAY, nowMs + DAY, 'status']);
    }
    for (const sendOtpRequestId of ['send-1', 'send-2']) {
      const challengeId = (await store.findChallenge(sendOtpRequestId))?.challengeId ?? '';
      const order = anAttempt('verify-2', sendOtpRequestId, { challengeId });
      await store.attempt(order, (facts) => toJudge(order, false)({ ...facts, request: undefined }));
      assert.equal((await store.history('verify-2'))[0]?.sendOtpRequestId, sendOtpRequestId);
    }
  });

  test('a settlement that answers leaves nothing of the claim, nor of an answer before it', async (t) => {
    const { store } = await open(t);
    await full(store);
    await settleText(store, accepted('send-1', { nowMs: T0 + HOUR }));
    const [history] = await store.history('send-1');
    assert.deepEqual([history?.state, history?.reason, history?.answeredAtMs], ['completed', '', T0 + HOUR]);
    await issue(store, 'send-2');
    await settleText(store, accepted('send-2'));
    assert.equal((await store.recall({ method: 'sendOtp', requestId: 'send-2' }))?.leaseExpiresAtMs, 0);
    const before = await store.history('send-2');
    await settleText(store, unknown('send-1', { challengeId: idFor('send-2') }));
    assert.deepEqual(await store.history('send-2'), before);
  });

  test('what counts at the same moment counts as often as it came, and a sweep leaves what is younger', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    for (const requestId of ['verify-1', 'verify-2', 'verify-3']) {
      const order = anAttempt(requestId, 'send-1');
      await store.attempt(order, toJudge(order, false));
    }
    const wrongCodes = async () => (await factsFor(store, 'next', { nowMs: T0 + HOUR })).account.wrongCodes;
    assert.deepEqual(await wrongCodes(), [{ atMs: T0 + MINUTE, times: 3 }]);
    await store.sweep(T0 + MINUTE, 10);
    assert.deepEqual(await wrongCodes(), [{ atMs: T0 + MINUTE, times: 3 }]);
    await store.sweep(T0 + MINUTE + 1, 10);
    assert.deepEqual(await wrongCodes(), []);
  });

  test('each window and each part of it is counted by itself', async (t) => {
    const { store } = await open(t);
    const hour = { subject: 'global', windowMs: HOUR };
    const day = { subject: 'global', windowMs: DAY };
    const at = (ceiling: typeof hour, nowMs: number) => ({
      ...ceiling,
      bucket: Math.floor(nowMs / (ceiling.windowMs / 12)),
    });
    const later = T0 + 2 * HOUR;
    const raise = (requestId: string, nowMs: number, buckets: readonly ReturnType<typeof at>[]) => {
      const challenge = aChallenge({ challengeId: idFor(requestId) });
      const decision = { kind: 'issue', challenge, raise: buckets, events: [] } as const;
      return store.issue(anIssue(requestId, { nowMs }), () => decision);
    };
    const told = async (nowMs: number) =>
      (await factsFor(store, 'next', { ceilings: [hour, day], nowMs })).ceilingSends;
    const [ofHour, ofDay] = [at(hour, T0), at(day, T0)];
    const next = { ...ofHour, bucket: ofHour.bucket + 1 };
    // Its number is that of a part of the other window.
    const namesake = { ...ofDay, bucket: ofHour.bucket };
    await raise('send-1', T0, [ofDay, ofHour, next, namesake]);
    await raise('send-2', T0, [ofDay]);
    assert.deepEqual(await told(T0), [2, 3]);
    const event = { atMs: T0, event: 'refused', detail: '' };
    const settled = { submissions: 0, text: undefined, refused: false, request: undefined } as const;
    const order = { requestId: 'send-1', challengeId: idFor('send-1'), nowMs: T0 };
    const decision = { ...settled, state: 'issued', event, counted: [], lower: [ofHour] } as const;
    await store.settle(order, () => decision);
    assert.deepEqual(await told(T0), [1, 3]);
    await raise('send-3', later, [at(hour, later), at(day, later)]);
    await raise('send-4', later, [at(hour, later)]);
    assert.deepEqual(await told(later), [2, 4]);
    assert.deepEqual(await told(T0 + DAY), [0, 4]);
    assert.deepEqual(await told(T0 + DAY + 2 * HOUR), [0, 2]);
  });
}
