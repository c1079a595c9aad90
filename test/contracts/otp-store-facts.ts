import assert from 'node:assert/strict';
import { COUNTED_MAX } from '../../src/ports/code-bounds.ts';
import type { Counted } from '../../src/ports/otp-store.ts';
import {
  anAttempt,
  anIssue,
  digest,
  factsFor,
  HOUR,
  idFor,
  issue,
  MINUTE,
  NO_PAST,
  NOTHING_KNOWN,
  refused,
  settleText,
  T0,
  toJudge,
  toResume,
  unknown,
} from './otp-orders.ts';
import type { StoreSuite } from './store-suite.ts';

/** What the limits are told. */
export function factsContract({ open, test }: StoreSuite): void {
  test('the first request of an account meets no facts', async (t) => {
    const { store } = await open(t);
    assert.deepEqual(await factsFor(store, 'send-1'), NOTHING_KNOWN);
  });

  test('facts tell the request and its challenge, and leave both out of the past', async (t) => {
    const { store } = await open(t);
    const challenge = await issue(store, 'send-1');
    const facts = await factsFor(store, 'send-1');
    assert.equal(facts.request?.state, 'claimed');
    assert.deepEqual(facts.challenge, challenge);
    assert.deepEqual({ account: facts.account, phoneNumber: facts.phoneNumber }, NO_PAST);
  });

  test('[OQ-28] facts tell what the request itself has sent, by itself', async (t) => {
    const { store } = await open(t);
    const challenge = await issue(store, 'send-1');
    const own = async () => (await factsFor(store, 'send-1', { nowMs: T0 + HOUR })).ownTexts;
    assert.deepEqual(await own(), [{ atMs: T0, times: 1 }]);
    await settleText(store, unknown('send-1'));
    assert.deepEqual(await own(), [{ atMs: T0, times: 1 }]);
    const again = toResume({ ...challenge, submissions: 2 });
    await store.issue(anIssue('send-1', { nowMs: T0 + MINUTE }), again);
    assert.deepEqual(await own(), [{ atMs: T0 + MINUTE, times: 2 }]);
    await settleText(store, refused('send-1', { submission: 2 }));
    assert.deepEqual(await own(), [{ atMs: T0 + MINUTE, times: 1 }]);
    await settleText(store, refused('send-1', { submission: 1, answer: undefined }));
    assert.deepEqual(await own(), []);
  });

  test('facts tell the texts of the account and of the number, newest first, within reach', async (t) => {
    const { store } = await open(t);
    const at = (nowMs: number) => ({ nowMs });
    await issue(store, 'too-old', {}, at(T0 - 1));
    await issue(store, 'oldest', {}, at(T0));
    await issue(store, 'other-number', { phoneNumberDigest: digest('another') }, at(T0 + 2));
    await issue(store, 'other-account', { accountDigest: digest('joao') }, at(T0 + 1));
    const ana = { accountDigest: digest('ana'), phoneNumberDigest: digest('of ana') };
    await issue(store, 'stranger', ana, at(T0 + 1));
    const { account, phoneNumber } = await factsFor(store, 'next', { sinceMs: T0, nowMs: T0 + MINUTE });
    assert.deepEqual(account.texts, [
      { atMs: T0 + 2, times: 1 },
      { atMs: T0, times: 1 },
    ]);
    assert.deepEqual(phoneNumber.texts, [
      { atMs: T0 + 1, times: 1 },
      { atMs: T0, times: 1 },
    ]);
  });

  test('[OQ-67] a text of another account that was refused counts for the number alone', async (t) => {
    const { store } = await open(t);
    await issue(store, 'joaos', { accountDigest: digest('joao') });
    await settleText(store, refused('joaos'));
    const { account, phoneNumber } = await factsFor(store, 'next', { nowMs: T0 + HOUR });
    assert.deepEqual([account.refusedTexts, phoneNumber.refusedTexts.length], [[], 1]);
  });

  test('[OQ-67] a refused text is no text, but counts as refused for its account and its number', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, refused('send-1'));
    const { account, phoneNumber } = await factsFor(store, 'next');
    const refusedTexts = [{ atMs: T0 + 200, times: 1 }];
    assert.deepEqual(account, { ...NO_PAST.account, refusedTexts });
    assert.deepEqual(phoneNumber, { texts: [], refusedTexts });
  });

  test('[OQ-68] facts tell when a challenge was exhausted, and what was typed too late, each by itself', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    for (let minute = 1; minute <= 7; minute += 1) {
      const order = anAttempt(`verify-${minute}`, 'send-1', { nowMs: T0 + minute * MINUTE });
      await store.attempt(order, toJudge(order, false));
    }
    const { account } = await factsFor(store, 'next', { nowMs: T0 + HOUR });
    const at = (...minutes: number[]) => minutes.map((minute) => ({ atMs: T0 + minute * MINUTE, times: 1 }));
    assert.deepEqual(account.exhaustions, at(5));
    assert.deepEqual(account.wrongCodes, at(5, 4, 3, 2, 1));
    assert.deepEqual(account.uncomparedCodes, at(7, 6));
  });

  test('a text counts from when it was handed over last, not from when its challenge was made', async (t) => {
    const { store } = await open(t);
    const challenge = await issue(store, 'send-1');
    await settleText(store, refused('send-1'));
    const order = anIssue('send-1', { nowMs: T0 + HOUR });
    await store.issue(order, toResume(challenge));
    const { account } = await factsFor(store, 'next', { nowMs: T0 + HOUR, sinceMs: T0 + MINUTE });
    assert.deepEqual(account.texts, [{ atMs: T0 + HOUR, times: 1 }]);
    // An answer without a text moves nothing.
    const answer = { result: 'MESSAGE_UNABLE_TO_BE_SENT', integratorId: idFor('send-1') };
    await store.issue(anIssue('send-1', { nowMs: T0 + 2 * HOUR }), () => {
      return { kind: 'answer', request: { state: 'released', answer, reason: 'unknownOutcome' } };
    });
    assert.deepEqual((await factsFor(store, 'next', { nowMs: T0 + 2 * HOUR })).account.texts, account.texts);
  });

  test('facts reach over several days, and hold what was counted at either end', async (t) => {
    const { store } = await open(t);
    for (const hours of [73, 72, 71, 48, 30, 24, 1, 0]) {
      await issue(store, `send-${hours}`, {}, { nowMs: T0 - hours * HOUR });
    }
    const { account } = await factsFor(store, 'next', { nowMs: T0, sinceMs: T0 - 72 * HOUR });
    const hours = account.texts.map(({ atMs }) => (T0 - atMs) / HOUR);
    assert.deepEqual(hours, [0, 1, 24, 30, 48, 71, 72]);
  });

  test('of each list facts tell the newest 256 entries, all of which count, however many refused ones are newer', async (t) => {
    const { store } = await open(t);
    for (let index = 0; index < 260; index += 1) {
      await issue(store, `sent-${index}`, {}, { nowMs: T0 + index });
    }
    for (let index = 0; index < 260; index += 1) {
      const order = anAttempt(`verify-${index}`, 'sent-0', { nowMs: T0 + 500 + index });
      await store.attempt(order, () => ({
        kind: 'judged',
        request: {
          state: 'completed',
          answer: { result: 'OTP_NOT_MATCHED', integratorId: 'x' },
          reason: '',
        },
        state: 'submitting',
        failedAttempts: 0,
        uses: undefined,
        association: undefined,
        event: { atMs: T0, event: 'wrong', detail: '' },
        missteps: ['wrong'],
        counted: undefined,
        lower: [],
        raise: [],
      }));
      const nowMs = T0 + 1000 + index;
      await issue(store, `refused-${index}`, {}, { nowMs });
      await settleText(store, refused(`refused-${index}`, { nowMs }));
    }
    const { account } = await factsFor(store, 'next', { nowMs: T0 + HOUR });
    const ends = (list: readonly Counted[]) => [list.length, list[0]?.atMs, list[255]?.atMs];
    assert.deepEqual(ends(account.texts), [COUNTED_MAX, T0 + 259, T0 + 4]);
    assert.deepEqual(ends(account.wrongCodes), [COUNTED_MAX, T0 + 759, T0 + 504]);
    assert.deepEqual(ends(account.refusedTexts), [COUNTED_MAX, T0 + 1259, T0 + 1004]);
  });
}
