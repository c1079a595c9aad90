import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHALLENGE_STATES, UNUSED_STATES } from '../../src/ports/challenge-moves.ts';
import { type IssuedText, standingOf, storyOf } from '../../src/ports/standing.ts';
import { MINUTE, T0 } from '../contracts/otp-orders.ts';

const NOW_MS = T0 + 2 * MINUTE;
const own = { state: 'sent', issuedAtMs: T0, ordinal: 5 } as const;
const newer: IssuedText = {
  requestId: 'send-2',
  issuedAtMs: T0 + MINUTE,
  ordinal: 6,
  handedOverAtMs: T0 + MINUTE,
  state: 'sent',
  submissions: 1,
  leaseExpiresAtMs: 0,
};

const standing = (texts: readonly IssuedText[]) => standingOf(own, () => texts, NOW_MS);
const stateBeside = (changes: Partial<IssuedText>) => standing([{ ...newer, ...changes }]).state;

test('[OQ-14] a code that is neither used nor void is superseded by a newer one that is out; no other is', () => {
  for (const state of CHALLENGE_STATES) {
    const texts = () => {
      if (!UNUSED_STATES.includes(state)) assert.fail('what changes nothing was asked for');
      return [newer];
    };
    const { state: told, superseded } = standingOf({ ...own, state }, texts, NOW_MS);
    assert.equal(told, UNUSED_STATES.includes(state) ? 'superseded' : state);
    assert.equal(superseded !== undefined, UNUSED_STATES.includes(state));
  }
});

test('[OQ-66] newer is what was issued later, or in the same millisecond after it', () => {
  assert.equal(stateBeside({ issuedAtMs: T0 - 1, ordinal: 9 }), 'sent');
  assert.equal(stateBeside({ issuedAtMs: T0, ordinal: 4 }), 'sent');
  assert.equal(stateBeside({ issuedAtMs: T0, ordinal: 5 }), 'sent', 'itself');
  assert.equal(stateBeside({ issuedAtMs: T0, ordinal: 6 }), 'superseded');
  assert.equal(stateBeside({ issuedAtMs: T0 + 1, ordinal: 4 }), 'superseded');
});

test('[OQ-66, OQ-28] out is what was taken or may have been, and what nobody is at work on any more', () => {
  for (const state of CHALLENGE_STATES) {
    const working = { state, leaseExpiresAtMs: NOW_MS + 1 };
    assert.equal(stateBeside({ ...working, submissions: 0 }), 'sent');
    assert.equal(stateBeside(working), state === 'submitting' ? 'sent' : 'superseded');
    assert.equal(stateBeside({ ...working, submissions: 2 }), 'superseded');
    assert.equal(stateBeside({ ...working, leaseExpiresAtMs: NOW_MS }), 'superseded');
  }
});

test('[OQ-66] the first one handed over that is out supersedes it, whatever comes before and after', () => {
  const refused = { ...newer, requestId: 'refused', submissions: 0 };
  const later = { ...newer, requestId: 'later', handedOverAtMs: NOW_MS };
  const { superseded } = standing([refused, newer, later]);
  assert.deepEqual(superseded, { atMs: T0 + MINUTE, event: 'superseded', detail: 'send-2' });
  assert.deepEqual(standing([refused]), { state: 'sent', superseded: undefined });
});

test('a story begins with the issue and ends with what superseded it', () => {
  const wrong = { atMs: T0 + 1, event: 'wrong', detail: 'verify-1' };
  const issued = { atMs: T0, event: 'issued', detail: '' };
  const { superseded } = standing([newer]);
  assert.deepEqual(storyOf(T0, [wrong], standing([newer])), [issued, wrong, superseded]);
  assert.deepEqual(storyOf(T0, [], standing([])), [issued]);
});
