import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { otpStoreKind } from '../../../../src/adapters/storage/sqlite/migrations.ts';
import {
  aChallenge,
  accepted,
  anAttempt,
  anIssue,
  digest,
  factsFor,
  idFor,
  issue,
  MINUTE,
  noteReceipt,
  settleText,
  T0,
  toIssueOnce,
  toJudge,
} from '../../../contracts/otp-orders.ts';
import { openStore, temporaryFile } from './store-under-test.ts';

/** The database of version 1 has a sent text (superseded), one that is on its way, and an echo. */
function openVersion1(t: TestContext) {
  const file = temporaryFile(t);
  const database = new DatabaseSync(file);
  database.exec(readFileSync(new URL('./schema-1.sql', import.meta.url), 'utf8'));
  database.close();
  return openStore(t, { file });
}

test('[IDEM-2] answers of version 1 are replayed', async (t) => {
  const store = openVersion1(t);
  assert.deepEqual(store.migration, { fromVersion: 1, toVersion: otpStoreKind.migrations.length });
  assert.equal((await store.recall({ method: 'echo', requestId: 'echo-1' }))?.state, 'completed');
  const sent = await store.recall({ method: 'sendOtp', requestId: 'send-1' });
  assert.deepEqual(sent?.answer, { result: 'SUCCESS', integratorId: idFor('send-1') });
  const again = await store.issue(anIssue('send-1'), toIssueOnce(aChallenge()));
  assert.equal(again.kind, 'replay');
});

test('requests of version 1 are found by account and number, beside those that are declined since', async (t) => {
  const store = openVersion1(t);
  const ids = async (kind: 'account' | 'phone-number', name: string) =>
    (await store.requestsOf({ kind, digest: digest(name) })).map(({ requestId }) => requestId).sort();
  await store.issue(anIssue('send-3', { nowMs: T0 + MINUTE }), () => ({
    kind: 'answer',
    answer: { result: 'OTP_LIMIT_REACHED', integratorId: idFor('send-3') },
    retryable: false,
    reason: 'coolDown',
  }));
  assert.deepEqual(await ids('account', 'maria'), ['send-1', 'send-2', 'send-3']);
  assert.deepEqual(await ids('phone-number', 'number of maria'), ['send-1', 'send-2', 'send-3']);
});

test('a text that was on its way when version 1 stopped is settled, received and verified', async (t) => {
  const store = openVersion1(t);
  await settleText(store, accepted('send-2'));
  const receipt = { gateway: 'primary', receiptKey: 'primary:SM-send-2', detail: '' } as const;
  // Nobody knew the country of a number then.
  assert.deepEqual(await noteReceipt(store, { ...receipt, state: 'delivered' }, T0 + MINUTE), {
    kind: 'recorded',
    country: undefined,
    sinceSubmittedMs: MINUTE - 200,
  });
  const verify = anAttempt('verify-1', 'send-2');
  assert.equal((await store.attempt(verify, toJudge(verify, true))).kind, 'judged');
  const [history] = await store.history('send-2');
  assert.equal(history?.challenge?.state, 'verified');
  assert.deepEqual(
    history.challenge.events.map(({ event }) => event),
    ['issued', 'accepted', 'delivered', 'verified'],
  );
});

test('[SO-13] wrong codes and exhaustions of version 1 go on counting from when they were, and so do its texts', async (t) => {
  const file = temporaryFile(t);
  const database = new DatabaseSync(file);
  database.exec(readFileSync(new URL('./schema-1.sql', import.meta.url), 'utf8'));
  database.exec(`
    UPDATE request SET failed_attempts = 5, attempted_at_ms = ${T0 + MINUTE}, challenge_state = 'exhausted' WHERE id = 1;
    UPDATE request SET failed_attempts = 3, attempted_at_ms = ${T0 + 2 * MINUTE} WHERE id = 2`);
  database.close();
  const { account, phoneNumber } = await factsFor(openStore(t, { file }), 'next');
  const texts = [
    { atMs: T0, times: 1 },
    { atMs: T0, times: 1 },
  ];
  assert.deepEqual(account, {
    texts,
    refusedTexts: [],
    wrongCodes: [
      { atMs: T0 + 2 * MINUTE, times: 3 },
      { atMs: T0 + MINUTE, times: 5 },
    ],
    uncomparedCodes: [],
    exhaustions: [{ atMs: T0 + MINUTE, times: 1 }],
  });
  assert.deepEqual(phoneNumber, { texts, refusedTexts: [] });
});

test('a new challenge of an account supersedes those of version 1', async (t) => {
  const store = openVersion1(t);
  await issue(store, 'send-3', {}, { nowMs: T0 + MINUTE });
  await settleText(store, accepted('send-3', { nowMs: T0 + MINUTE }));
  assert.equal((await store.findChallenge('send-2'))?.state, 'superseded');
  assert.equal((await store.findChallenge('send-3'))?.country, 'CA');
});
