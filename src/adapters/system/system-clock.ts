import type { Clock } from '../../ports/clock.ts';

/** Where the time comes from; tests pass their own. Both in ms. */
interface TimeSources {
  readonly wallMs: () => number;
  /** Any origin, never set back. */
  readonly monotonicMs: () => number;
}

const SYSTEM: TimeSources = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

/**
 * The machine's clock. `notBeforeMs` is the latest moment that the store remembers: if the wall clock was set
 * back while the server was down, the steady clock goes on from there, so that no code outlives its validity.
 */
export function createSystemClock(notBeforeMs = 0, sources = SYSTEM): Clock {
  let steadyMs = notBeforeMs;
  let readAtMs = sources.monotonicMs();
  return {
    nowMs: sources.wallMs,
    steadyMs() {
      const monotonicMs = sources.monotonicMs();
      steadyMs = Math.max(sources.wallMs(), steadyMs + monotonicMs - readAtMs);
      readAtMs = monotonicMs;
      return Math.floor(steadyMs);
    },
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  };
}
