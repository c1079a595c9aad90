import { randomInt } from 'node:crypto';

export interface TimeComparison {
  /** Median over the pairs of the first's time less the second's, in microseconds. */
  readonly differenceMicros: number;
  /** How likely the signs of the differences are if both take equally long. */
  readonly signP: number;
  /** The same for the ranks of the differences (Wilcoxon). */
  readonly rankP: number;
}

/**
 * Runs two things in turns, in an order drawn anew for each pair, and tells whether they take equally long. What counts
 * is the time that this thread computes, not the clock: what else a busy machine does falls on neither.
 */
export function compareTimes(
  pairs: number,
  first: (at: number) => void,
  second: (at: number) => void,
): TimeComparison {
  const differences = new Float64Array(pairs);
  for (let at = 0; at < pairs; at += 1) {
    const firstGoesFirst = randomInt(2) === 0;
    const a = timeOf(firstGoesFirst ? first : second, at);
    const b = timeOf(firstGoesFirst ? second : first, at);
    differences[at] = firstGoesFirst ? a - b : b - a;
  }
  const sorted = differences.toSorted();
  return {
    differenceMicros: sorted[Math.floor(pairs / 2)] ?? 0,
    signP: signTest(differences),
    rankP: rankTest(differences),
  };
}

function timeOf(run: (at: number) => void, at: number): number {
  const start = threadMicros();
  run(at);
  return threadMicros() - start;
}

/** What this thread has computed so far, in microseconds. */
export function threadMicros(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

function signTest(differences: Float64Array): number {
  const unequal = differences.filter((difference) => difference !== 0);
  const positive = unequal.filter((difference) => difference > 0).length;
  return twoSided((2 * positive - unequal.length) / Math.sqrt(unequal.length));
}

function rankTest(differences: Float64Array): number {
  const ranked = differences.toSorted((a, b) => Math.abs(a) - Math.abs(b));
  let sum = 0;
  for (const [at, difference] of ranked.entries()) sum += Math.sign(difference) * (at + 1);
  const count = ranked.length;
  return twoSided(sum / Math.sqrt((count * (count + 1) * (2 * count + 1)) / 6));
}

/** Of a normally distributed value: how likely one at least as far from 0 is. (Abramowitz and Stegun 7.1.26) */
function twoSided(value: number): number {
  const x = Math.abs(value) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return series * Math.exp(-x * x);
}
