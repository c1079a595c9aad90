import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moved } from '../../../src/domain/challenge/moved.ts';
import {
  CHALLENGE_MOVES,
  CHALLENGE_STATES,
  LIVE_STATES,
  UNUSED_STATES,
} from '../../../src/ports/challenge-moves.ts';

test('a challenge moves as the table has it, or stays; every other move is a fault', () => {
  for (const from of CHALLENGE_STATES) {
    for (const to of CHALLENGE_STATES) {
      const legal = from === to || CHALLENGE_MOVES[from].includes(to);
      if (legal) assert.equal(moved(from, to), to);
      else
        assert.throws(() => moved(from, to), new TypeError(`a challenge that is ${from} can't become ${to}`));
    }
  }
});

test('what is verified, used up or superseded is final', () => {
  const final = CHALLENGE_STATES.filter((state) => CHALLENGE_MOVES[state].length === 0);
  assert.deepEqual(final, ['verified', 'exhausted', 'superseded']);
});

test('[OQ-66] a newer text supersedes what is unused; a code may be typed once its text may be out', () => {
  assert.deepEqual(UNUSED_STATES, ['issued', 'submitting', 'sent', 'ambiguous']);
  assert.deepEqual(LIVE_STATES, ['submitting', 'sent', 'ambiguous']);
});
