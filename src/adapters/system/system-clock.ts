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
 *
 * Once it follows the clock of a store, that one takes the place of the wall clock, but for `nowMs`.
 */
export function createSystemClock(reachedMs = 0, sources = SYSTEM): Required<Clock> {
  const startedAtMs = sources.monotonicMs();
  const elapsedMs = () => sources.monotonicMs() - startedAtMs;
  const wallAtStartMs = sources.wallMs();
  const steadyAtStartMs = Math.max(wallAtStartMs, reachedMs);
  let confirmedAtStartMs = reachedMs === 0 ? wallAtStartMs : reachedMs;
  let shared: { readonly aheadMs: number; readonly withinMs: number } | undefined;
  const sharedMs = () =>
    shared === undefined ? sources.wallMs() : Math.floor(shared.aheadMs + sources.monotonicMs());
  return {
    nowMs: sources.wallMs,
    steadyMs: () => Math.floor(steadyAtStartMs + elapsedMs()),
    confirmedMs: () => Math.floor(confirmedAtStartMs + elapsedMs()),
    confirm(atMs) {
      // Both have to have got there.
      const passedMs = Math.min(atMs, sharedMs()) - elapsedMs();
      confirmedAtStartMs = Math.max(confirmedAtStartMs, passedMs);
    },
    sharedMs,
    follow(atMs, withinMs) {
      const aheadMs = atMs - sources.monotonicMs();
      // While they agree, the closer look of the two says more. When they don't, a clock was set.
      const agrees = shared !== undefined && Math.abs(aheadMs - shared.aheadMs) <= withinMs + shared.withinMs;
      if (shared === undefined || !agrees || withinMs <= shared.withinMs) shared = { aheadMs, withinMs };
    },
    reach(atMs) {
      confirmedAtStartMs = Math.max(confirmedAtStartMs, atMs - elapsedMs());
    },
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  };
}
