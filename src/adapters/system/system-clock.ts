import type { Clock } from '../../ports/clock.ts';

/** Where the time comes from; tests pass their own. Both in ms. */
interface TimeSources {
  readonly wallMs: () => number;
  /** Any origin, never set back. */
  readonly monotonicMs: () => number;
}

const SYSTEM: TimeSources = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

/**
 * The machine's clock. `reachedMs` is the latest moment that the store remembers; 0: it is new, and there is nothing that a
 * wrong clock could do to it. What the wall clock says beyond it, at the start or by a jump, is not believed until it is
 * confirmed: time goes on from there at the pace of the monotonic clock. [OQ-69]
 */
export function createSystemClock(reachedMs = 0, sources = SYSTEM): Required<Clock> {
  const startedAtMs = sources.monotonicMs();
  const elapsedMs = () => sources.monotonicMs() - startedAtMs;
  const wallAtStartMs = sources.wallMs();
  const steadyAtStartMs = Math.max(wallAtStartMs, reachedMs);
  let confirmedAtStartMs = reachedMs === 0 ? wallAtStartMs : reachedMs;
  return {
    nowMs: sources.wallMs,
    steadyMs: () => Math.floor(steadyAtStartMs + elapsedMs()),
    confirmedMs: () => Math.floor(confirmedAtStartMs + elapsedMs()),
    confirm(atMs) {
      // Both have to have got there.
      const passedMs = Math.min(atMs, sources.wallMs()) - elapsedMs();
      confirmedAtStartMs = Math.max(confirmedAtStartMs, passedMs);
    },
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  };
}
