import type { Exchange } from '../google/transcript.ts';
import type { Latency } from './outcome.ts';

/** Durations of the timed calls per method, and of all together. */
export function latenciesOf(exchanges: readonly Exchange[]): Latency[] {
  const timed = exchanges.filter((exchange) => exchange.ordinary);
  const methods = [...new Set(timed.map((exchange) => exchange.method))].sort();
  const rows = methods.map((method) =>
    rowOf(
      method,
      timed.filter((exchange) => exchange.method === method),
    ),
  );
  return methods.length > 1 ? [...rows, rowOf('all', timed)] : rows;
}

/** The duration that a share (0 to 1) of the sorted values does not exceed. */
export function percentile(sortedMs: readonly number[], share: number): number {
  return sortedMs[Math.max(0, Math.ceil(share * sortedMs.length) - 1)] ?? 0;
}

function rowOf(method: string, exchanges: readonly Exchange[]): Latency {
  const sorted = exchanges.map((exchange) => exchange.durationMs).sort((a, b) => a - b);
  return {
    method,
    answers: sorted.length,
    p50Ms: percentile(sorted, 0.5),
    p90Ms: percentile(sorted, 0.9),
    p95Ms: percentile(sorted, 0.95),
    p99Ms: percentile(sorted, 0.99),
    maxMs: sorted.at(-1) ?? 0,
  };
}
