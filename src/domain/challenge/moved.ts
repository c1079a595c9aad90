import type { ChallengeState } from '../../ports/challenge.ts';
import { CHALLENGE_MOVES } from '../../ports/challenge-moves.ts';

/** `to`, for a challenge that is in `from`: the only way in which a rule moves one. Throws if no challenge may move so. */
export function moved<To extends ChallengeState>(from: ChallengeState, to: To): To {
  if (from === to || CHALLENGE_MOVES[from].includes(to)) return to;
  throw new TypeError(`a challenge that is ${from} can't become ${to}`);
}
