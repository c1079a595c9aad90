import { createHash } from 'node:crypto';

/** Which gateways deliver to the numbers that begin with one of the prefixes. */
export interface Route {
  /** `+` and digits; `+` alone fits every number. */
  readonly prefixes: readonly string[];
  /** Names, the preferred one first. */
  readonly gateways: readonly string[];
  /**
   * One for each gateway, ≥ 0, not all of them 0: its share of the texts. `undefined`: the first one gets them all, the
   * others stand by.
   */
  readonly weights?: readonly number[];
}

export interface ChosenRoute {
  /** `undefined`: none fits, so all gateways serve in the order of the settings. */
  readonly prefix: string | undefined;
  readonly gateways: readonly string[];
  readonly weights: readonly number[] | undefined;
}

/** The route with the longest prefix that a number (E.164) begins with; else all gateways, in order. */
export function chooseRoute(
  routes: readonly Route[],
  allGateways: readonly string[],
  number: string,
): ChosenRoute {
  const fitting = routes
    .flatMap(({ prefixes, gateways, weights }) => prefixes.map((prefix) => ({ prefix, gateways, weights })))
    .filter(({ prefix }) => number.startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  return fitting[0] ?? { prefix: undefined, gateways: allGateways, weights: undefined };
}

/**
 * The gateways of a route in the order in which they are asked for one text. With weights, the first one is drawn by
 * the reference: the same reference draws the same gateway, which may know it again. [OQ-28] The others follow in
 * their order.
 */
export function orderGateways({ gateways, weights }: ChosenRoute, reference: string): readonly string[] {
  const first = weights === undefined ? 0 : draw(weights, reference);
  const drawn = gateways.slice(first, first + 1);
  return [...drawn, ...gateways.slice(0, first), ...gateways.slice(first + 1)];
}

/** 48 bits: a float holds them, and no weight is too fine for them. */
const HASH_BYTES = 6;

function draw(weights: readonly number[], reference: string): number {
  const hash = createHash('sha256').update(reference).digest().readUIntBE(0, HASH_BYTES);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = (hash / 2 ** (8 * HASH_BYTES)) * total;
  for (const [index, weight] of weights.entries()) {
    if (left < weight) return index;
    left -= weight;
  }
  // Only rounding leads here.
  return weights.findLastIndex((weight) => weight > 0);
}
