import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { otpStoreKind } from '../../../../src/adapters/storage/sqlite/migrations.ts';
import type { GuardOrder } from '../../../../src/ports/otp-store.ts';
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
  refused,
  settleText,
  T0,
  toIssueOnce,
  toJudge,
} from '../../../contracts/otp-orders.ts';
import { noteReceipt } from '../../../contracts/otp-steps.ts';
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
    request: {
      state: 'completed',
      answer: { result: 'OTP_LIMIT_REACHED', integratorId: idFor('send-3') },
      reason: 'coolDown',
    },
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
    seen: [],
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

/** A text of version 4 that is counted under every ceiling and by the money guard, in the state that it is in. */
function addText4(database: DatabaseSync, requestId: string, state: string, countedAtMs: number): void {
  database
    .prepare(
      `INSERT INTO request (request_id, method, state, fingerprint, owner, lease_expires_at_ms, received_at_ms,
         challenge_id, challenge_state, nonce, secret_id, code_length, account_digest, phone_number_digest,
         issued_at_ms, expires_at_ms, expires_at_wall_ms, submissions, failed_attempts, country, number_prefix,
         counted_at_ms, events)
       VALUES (?, 'sendOtp', 'claimed', ?, 'server-1', 0, ?, ?, ?, ?, 'secret-1', 6, ?, ?, ?, ?, ?, 1, 0, 'CA',
         '+1403555', ?, '')`,
    )
    .run(
      ...[requestId, digest('fingerprint'), countedAtMs, idFor(requestId), state, digest('nonce')],
      ...[digest('maria'), digest('number of maria'), countedAtMs, countedAtMs + 5 * MINUTE],
      ...[countedAtMs + 5 * MINUTE, countedAtMs],
    );
}

test('texts of version 4 are given back where they were counted, whatever the windows are since', async (t) => {
  const file = temporaryFile(t);
  const database = new DatabaseSync(file);
  for (const migration of otpStoreKind.migrations.slice(0, 4)) database.exec(migration);
  database.exec(`PRAGMA user_version = 4; PRAGMA application_id = ${otpStoreKind.applicationId};
    INSERT INTO meta (name, value) VALUES ('environment', 'sandbox')`);
  const sends = [
    { subject: 'global', windowMs: 3_600_000 },
    { subject: 'country:CA', windowMs: 60_001 },
  ];
  const unverified = ['country:CA', 'range:+14035', 'prefix:+1403555'].map((where) => {
    return { subject: `unverified:${where}`, windowMs: 7_200_000 };
  });
  // Of another country, of another twelfth, and of what was given back.
  const strangers = [
    { subject: 'country:BR', windowMs: 3_600_000 },
    { subject: 'unverified:country:BR', windowMs: 7_200_000 },
  ];
  const fill = database.prepare(
    'INSERT INTO ceiling (subject, window_ms, bucket, sends) VALUES (?, ?, ?, ?)',
  );
  const bucketOf = (windowMs: number) => Math.floor(T0 / Math.ceil(windowMs / 12));
  for (const { subject, windowMs } of [...sends, ...unverified, ...strangers]) {
    fill.run(subject, windowMs, bucketOf(windowMs), 3);
    fill.run(subject, windowMs, bucketOf(windowMs) - 1, 5);
  }
  fill.run('global', 60_000, bucketOf(60_000), 0);
  addText4(database, 'on-its-way', 'submitting', T0);
  addText4(database, 'sent', 'sent', T0);
  addText4(database, 'verified', 'verified', T0);
  addText4(database, 'old', 'sent', T0 - 20 * MINUTE);
  database.close();

  const store = openStore(t, { file });
  assert.deepEqual(store.migration, { fromVersion: 4, toVersion: otpStoreKind.migrations.length });
  const countedOf = async (requestId: string) => (await store.findChallenge(requestId))?.counted;
  const at = (ceilings: typeof sends) =>
    ceilings
      .map((ceiling) => ({ ...ceiling, bucket: bucketOf(ceiling.windowMs) }))
      .sort((a, b) => a.subject.localeCompare(b.subject));
  for (const requestId of ['on-its-way', 'sent']) {
    const [counts, ...others] = (await countedOf(requestId)) ?? [];
    const bySubject = (buckets: readonly { subject: string }[] = []) =>
      [...buckets].sort((a, b) => a.subject.localeCompare(b.subject));
    assert.deepEqual(bySubject(counts?.sends), at(sends));
    assert.deepEqual(bySubject(counts?.unverified), at(unverified));
    assert.deepEqual(others, []);
  }
  assert.deepEqual([await countedOf('verified'), await countedOf('old')], [[], []]);

  const guard = { unverified, verified: unverified } as unknown as GuardOrder;
  const facts = async () => {
    const { ceilingSends, guard: gathered } = await factsFor(store, 'next', { ceilings: sends, guard });
    return [...ceilingSends, ...(gathered?.unverified ?? [])];
  };
  assert.deepEqual(await facts(), [8, 8, 8, 8, 8]);
  await settleText(store, refused('on-its-way'));
  assert.deepEqual(await facts(), [7, 7, 7, 7, 7]);
});

test('[VO-2] codes that version 5 verified are used, prove their numbers, and go on being used up', async (t) => {
  const file = temporaryFile(t);
  const database = new DatabaseSync(file);
  for (const migration of otpStoreKind.migrations.slice(0, 5)) database.exec(migration);
  database.exec(`PRAGMA user_version = 5; PRAGMA application_id = ${otpStoreKind.applicationId};
    INSERT INTO meta (name, value) VALUES ('environment', 'sandbox')`);
  addText4(database, 'verified', 'verified', T0);
  addText4(database, 'sent', 'sent', T0);
  database.close();
  const store = openStore(t, { file });
  const usesOf = async (requestId: string) => (await store.findChallenge(requestId))?.uses;
  assert.deepEqual([await usesOf('verified'), await usesOf('sent')], [['verifyOtp'], []]);
  const [one, two, three] = ['a', 'b', 'c'].map((subject) => ({ subject, windowMs: MINUTE }));
  assert.ok(one && two && three);
  const guard: GuardOrder = { unverified: [one, two, three], verified: [one, two, three] };
  const seen: unknown[] = [];
  for (const phoneNumberDigest of [digest('number of maria'), digest('another')]) {
    await store.issue(anIssue('next', { guard, phoneNumberDigest }), (facts) => {
      seen.push(facts.guard?.numberVerified());
      return { kind: 'busy' };
    });
  }
  assert.deepEqual(seen, [true, false]);
  assert.equal(await store.findAssociation(digest('one')), undefined);
});
