import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeEnd, judgeRestored, judgeRotated } from '../../../src/domain/challenge/judge-end.ts';
import { CHALLENGE_STATES, LIVE_STATES, UNUSED_STATES } from '../../../src/ports/challenge-moves.ts';
import type { HeldCode } from '../../../src/ports/otp-store.ts';
import { MINUTE, T0 } from '../../contracts/otp-orders.ts';

const NOW_MS = T0 + MINUTE;
const code: HeldCode = {
  challengeId: 'challenge-0000-1',
  state: 'sent',
  failedAttempts: 2,
  expiresAtMs: T0 + 5 * MINUTE,
  expiresAtWallMs: T0 + 6 * MINUTE,
};
const ended = (event: string) => ({
  state: 'superseded',
  failedAttempts: 2,
  event: { atMs: NOW_MS, event, detail: '' },
  missteps: [],
});

test('[OQ-70] a code that may be typed is ended until it expires, and no other', () => {
  for (const state of CHALLENGE_STATES) {
    const end = judgeEnd({ ...code, state }, NOW_MS);
    assert.deepEqual(end, LIVE_STATES.includes(state) ? ended('ended') : undefined);
  }
  assert.equal(judgeEnd(code, code.expiresAtMs), undefined);
  assert.ok(judgeEnd(code, code.expiresAtMs - 1));
});

test('[OQ-72] with other secrets every unused code is ended, expired or not; a used one would be a fault', () => {
  for (const state of UNUSED_STATES) {
    assert.deepEqual(judgeRotated({ ...code, state, expiresAtMs: 0 }, NOW_MS), ended('secretRotated'));
  }
  assert.throws(() => judgeRotated({ ...code, state: 'verified' }, NOW_MS), TypeError);
});

test('[OQ-73] of a backup, the tries of what lived then are used up, and count as guesses of its last moment', () => {
  const usedUp = { ...ended('restored'), failedAttempts: 10 };
  const then = { madeAtMs: T0, nowMs: NOW_MS };
  const wrongAt = (atMs: number) => [{ kind: 'wrong', atMs, times: 10 }];
  assert.deepEqual(judgeRestored(code, then), { ...usedUp, missteps: wrongAt(NOW_MS) });
  const expired = { ...code, expiresAtMs: T0 + 1 };
  assert.deepEqual(judgeRestored(expired, then), { ...usedUp, missteps: wrongAt(T0 + 1) });
  const late = { ...then, madeAtMs: code.expiresAtWallMs };
  assert.deepEqual(judgeRestored(code, late), ended('restored'));
  assert.equal(judgeRestored(code, { ...late, madeAtMs: late.madeAtMs - 1 }).failedAttempts, 10);
});
