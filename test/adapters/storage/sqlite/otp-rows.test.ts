import assert from 'node:assert/strict';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { test } from 'node:test';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import {
  accepted,
  anAttempt,
  digest,
  factsFor,
  issue,
  refused,
  settleText,
  toJudge,
} from '../../../contracts/otp-orders.ts';
import { openStore, temporaryFile } from './store-under-test.ts';

/** Values that a column may hold for SQLite but not for us. */
const SENSELESS: Readonly<Record<string, readonly SQLInputValue[]>> = {
  state: ['', 'CLAIMED', 'issued'],
  fingerprint: [new Uint8Array(0), new Uint8Array(15), new Uint8Array(17)],
  lease_expires_at_ms: [2n ** 60n],
  challenge_state: [null, '', 'claimed'],
  nonce: [null, new Uint8Array(8)],
  secret_id: [null],
  code_length: [null, -(2n ** 60n)],
  account_digest: [null, new Uint8Array(32)],
  phone_number_digest: [null, new Uint8Array(1)],
  otp_context: ['', 'Association'],
  issued_at_ms: [null],
  expires_at_ms: [null, 2n ** 53n],
  submissions: [null],
  failed_attempts: [null],
};

const OF_THE_REQUEST = ['state', 'fingerprint', 'lease_expires_at_ms'];

for (const [column, values] of Object.entries(SENSELESS)) {
  test(`a senseless ${column} is an unavailable store, not a wrong answer`, async (t) => {
    const file = temporaryFile(t);
    const store = openStore(t, { file });
    await issue(store, 'send-1');
    const intruder = new DatabaseSync(file);
    t.after(() => intruder.close());
    for (const value of values) {
      intruder.prepare(`UPDATE request SET ${column} = ?`).run(value);
      const order = anAttempt('verify-1', 'send-1');
      const asks = OF_THE_REQUEST.includes(column)
        ? [() => factsFor(store, 'send-1'), () => store.recall({ method: 'sendOtp', requestId: 'send-1' })]
        : [
            () => factsFor(store, 'send-1'),
            () => store.findChallenge('send-1'),
            () => store.attempt(order, toJudge(order, true)),
            () => store.history('send-1'),
          ];
      for (const ask of asks) {
        const failure = await Promise.resolve(ask()).then(
          () => assert.fail(`${value} was taken for sense`),
          (error: unknown) => error,
        );
        assert.ok(failure instanceof UnavailableError, String(failure));
        assert.ok(failure.cause instanceof Error);
      }
    }
  });
}

test('senseless events spoil the history and nothing else', async (t) => {
  const file = temporaryFile(t);
  const store = openStore(t, { file });
  await issue(store, 'send-1');
  const intruder = new DatabaseSync(file);
  t.after(() => intruder.close());
  for (const events of ['{}\n', '[1,"wrong"]\n', '["1","wrong",""]\n', '[1,\n', '\n']) {
    intruder.prepare('UPDATE request SET events = ?').run(events);
    await assert.rejects(store.history('send-1'), UnavailableError);
    assert.ok(await store.findChallenge('send-1'));
  }
});

test('a senseless row disturbs no step of another account, and supersedes nothing of its own', async (t) => {
  const file = temporaryFile(t);
  const store = openStore(t, { file });
  await issue(store, 'send-0');
  await issue(store, 'send-1');
  await issue(store, 'send-2', { accountDigest: digest('joao') });
  const intruder = new DatabaseSync(file);
  t.after(() => intruder.close());
  intruder.prepare(`UPDATE request SET challenge_state = 'lost' WHERE request_id = 'send-1'`).run();
  const outcomes = await Promise.allSettled([
    settleText(store, refused('send-1')),
    settleText(store, accepted('send-2')),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  );
  assert.equal((await store.findChallenge('send-2'))?.state, 'sent');
  await assert.rejects(store.findChallenge('send-0'), UnavailableError);
});
