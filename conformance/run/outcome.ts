import type { Check, Level } from '../checks/check.ts';
import type { TranscriptEntry } from '../google/transcript.ts';

/**
 * - `passed`, `failed` (a MUST), `warned` (a SHOULD), `not-tested` (what was given does not suffice).
 * - `broken`: the examiner itself stumbled; it says nothing about the endpoint.
 * - `expected-failure`: it failed, as the list of expected failures says.
 * - `unexpected-pass`: it passed although that list says it fails; the list is out of date.
 */
export type OutcomeKind =
  | 'passed'
  | 'failed'
  | 'warned'
  | 'not-tested'
  | 'broken'
  | 'expected-failure'
  | 'unexpected-pass';

export interface Outcome {
  readonly check: Check;
  readonly kind: OutcomeKind;
  /** Why it did not simply pass. */
  readonly message: string | undefined;
  /** What was sent, answered and read. */
  readonly transcript: readonly TranscriptEntry[];
  readonly durationMs: number;
}

/** How long the answers of one method took, in ms. */
export interface Latency {
  readonly method: string;
  readonly answers: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface ConformanceRun {
  readonly url: string;
  readonly codec: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly seed: number;
  /** How texts were read. `undefined`: they were not. */
  readonly textsFrom: string | undefined;
  /** What was odd from the very beginning, and may be the one cause of many failures. */
  readonly omen: string | undefined;
  readonly outcomes: readonly Outcome[];
  readonly latencies: readonly Latency[];
  /** How far the endpoint's clock is ahead of the examiner's. `undefined`: no answer told a time. */
  readonly clockOffsetMs: { readonly min: number; readonly max: number } | undefined;
  /** Whether somebody stopped it before its end. */
  readonly stopped: boolean;
  /** 0: no MUST failed. 1: one did, or the list of expected failures is out of date. 2: it stumbled, or was stopped. */
  readonly exitCode: 0 | 1 | 2;
}

export function countOutcomes(outcomes: readonly Outcome[]): Record<OutcomeKind, number> {
  const count = (kind: OutcomeKind) => outcomes.filter((outcome) => outcome.kind === kind).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    warned: count('warned'),
    'not-tested': count('not-tested'),
    broken: count('broken'),
    'expected-failure': count('expected-failure'),
    'unexpected-pass': count('unexpected-pass'),
  };
}

export function exitCodeOf(outcomes: readonly Outcome[]): 0 | 1 | 2 {
  const counts = countOutcomes(outcomes);
  if (counts.failed > 0 || counts['unexpected-pass'] > 0) return 1;
  return counts.broken > 0 ? 2 : 0;
}

/** A failure's weight. */
export function failureOf(level: Level): OutcomeKind {
  return level === 'MUST' ? 'failed' : 'warned';
}
