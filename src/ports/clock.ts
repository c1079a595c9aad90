export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The present, and waiting for the future. Tests pass one that they move by hand. */
export interface Clock {
  /** Wall clock, ms since the Unix epoch, UTC. May jump. Only for what the wire compares or shows. [HDR-3, HDR-4] */
  nowMs(): number;

  /** Ms on a clock that runs at its own pace and is never set: how long something takes within this process. */
  steadyMs(): number;

  /**
   * Ms since the Unix epoch, as far as they certainly have passed: at the pace of `steadyMs` from the last moment that the
   * store remembers, and on to what `confirm` was told. Never runs backwards, and never ahead because the wall clock was
   * set. What the store records, counts and deletes by is measured by it. `undefined`: as `steadyMs`. [OQ-69]
   */
  readonly confirmedMs?: () => number;

  /** Somebody whose word counts, by whose clock it is `atMs`, has agreed with `nowMs`. `undefined`: nobody has to. */
  readonly confirm?: (atMs: number) => void;

  /**
   * Ms since the Unix epoch by the clock of the store that servers share, so that all of them agree how long a code lives.
   * May jump. `undefined`: as `nowMs`.
   */
  readonly sharedMs?: () => number;

  /** That clock shows `atMs` now, give or take `withinMs`. `undefined`: nobody listens. */
  readonly follow?: (atMs: number, withinMs: number) => void;

  /** For another server on that store, confirmed time has come to `atMs`. `undefined`: nobody listens. */
  readonly reach?: (atMs: number) => void;

  /** Calls `run` once, `delayMs` (≥ 0) from now, unless the returned function is called before. */
  after(delayMs: number, run: () => void): () => void;
}

/** The moment by which one request must be answered. One deadline covers directory, store and gateways. [OPS-2] */
export interface Deadline {
  /** On the steady clock. */
  readonly atMs: number;
  /** Never below 0. */
  remainingMs(): number;
  /** Aborts at the deadline. Made on first use. */
  readonly signal: AbortSignal;
}
