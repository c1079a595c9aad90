import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endUnusedCodes } from '../../../../src/adapters/storage/sqlite/end-codes.ts';
import { judgeRestored, type RestoredMoments } from '../../../../src/domain/challenge/judge-end.ts';
import type { HeldCode } from '../../../../src/ports/otp-store.ts';
import { accepted, HOUR, issue, MINUTE, settleText, T0, unknown } from '../../../contracts/otp-orders.ts';
import { openStore } from './store-under-test.ts';

const endsOfThen = (moments: RestoredMoments) => (code: HeldCode) => judgeRestored(code, moments);

test('[OQ-73] every code that is unused in a backup is ended; those of live ones count as guessed at', async (t) => {
  const store = openStore(t);
  const accountOf = (n: number) => ({ accountDigest: new Uint8Array(16).fill(n) });
  await issue(store, 'sent', accountOf(1), accountOf(1));
  await settleText(store, accepted('sent'));
  await issue(store, 'unknown', accountOf(2), accountOf(2));
  await settleText(store, unknown('unknown'));
  await issue(store, 'on-its-way', accountOf(3), accountOf(3));
  const then = { madeAtMs: T0 + MINUTE, nowMs: T0 + HOUR };

  assert.equal(endUnusedCodes(store.database, endsOfThen(then)), 3);
  for (const id of ['sent', 'unknown', 'on-its-way']) {
    const [history] = await store.history(id);
    assert.equal(history?.challenge?.state, 'superseded', id);
    assert.equal(history.challenge.events.at(-1)?.event, 'restored');
  }
  const missteps = store.database.prepare("SELECT at_ms, times FROM misstep WHERE kind = 'wrong'").all();
  assert.equal(missteps.length, 3);
  for (const { at_ms: atMs, times } of missteps) {
    assert.equal(times, 10);
    assert.ok(Number(atMs) > T0 && Number(atMs) <= T0 + HOUR);
  }
  // Twice is once.
  assert.equal(endUnusedCodes(store.database, endsOfThen(then)), 0);
});

test('[OQ-73] codes that had expired when the backup was made are ended, and count for nothing', async (t) => {
  const store = openStore(t);
  await issue(store, 'old');
  const decide = endsOfThen({ madeAtMs: T0 + 24 * HOUR, nowMs: T0 + 25 * HOUR });
  assert.equal(endUnusedCodes(store.database, decide), 1);
  assert.equal(store.database.prepare('SELECT count(*) AS n FROM misstep').get()?.['n'], 0);
});
