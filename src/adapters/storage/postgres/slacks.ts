import { isDeepStrictEqual } from 'node:util';
import type { Ceiling, IssueDecision, IssueOrder } from '../../../ports/otp-store.ts';
import { placeOf } from './facts.ts';

/**
 * So many texts of other steps may be counted under a ceiling between the reading of it and the writing. The first is more
 * than all batches of some servers hold; the others are for steps near a limit, where it matters how many come in between.
 */
const [MOST, ...FEWER] = [256, 64, 16, 4] as const;

/** A block that begins is like so many texts: whatever was decided without it is decided anew. */
export const BLOCK_RAISES = MOST + 1;

/** Asks for the decision as if so many texts more were counted under each ceiling. */
export type DecideWith = (moreUnder: (ceiling: Ceiling) => number) => IssueDecision;

type Slacks = ReadonlyMap<string, number>;

/**
 * How many texts more there may be under each ceiling, by its place, than were read, with the same decision. It is the same
 * for any numbers between, since a text more never makes a limit wider. Absent: none. The widest ceilings are tried first:
 * all texts of a moment are counted under them, while the narrow ones, of a number and its neighbours, are near their limit as a
 * rule.
 */
export function slacksOf(order: IssueOrder, decideWith: DecideWith): Slacks {
  const places = [...order.ceilings.toReversed(), ...(order.guard?.unverified ?? [])].map(placeOf);
  if (places.length === 0) return new Map();
  const asRead = decisionOrNone(decideWith, new Map());
  const holds = (slacks: Slacks) => isDeepStrictEqual(decisionOrNone(decideWith, slacks), asRead);
  const withMost = (count: number) => new Map(places.slice(0, count).map((place) => [place, MOST]));
  let far = places.length;
  while (far > 0 && !holds(withMost(far))) far -= 1;
  const near = places.slice(far);
  if (near.length === 0) return withMost(far);
  const some = FEWER.map(
    (more) => new Map([...near.map((place) => [place, more] as const), ...withMost(far)]),
  );
  return some.find(holds) ?? withMost(far);
}

/** `undefined`: it can't be told. */
function decisionOrNone(decideWith: DecideWith, slacks: Slacks): IssueDecision | undefined {
  try {
    return decideWith((ceiling) => slacks.get(placeOf(ceiling)) ?? 0);
  } catch {
    return undefined;
  }
}
