/** The present, and waiting for the future. Tests pass one that they move by hand. */
export interface Clock {
  /** Wall clock, ms since the Unix epoch, UTC. May jump. Only for what the wire compares or shows. [HDR-3, HDR-4] */
  nowMs(): number;

  /**
   * Ms since the Unix epoch on a clock that never runs backwards: it follows the wall clock forwards and goes on
   * at its own pace when the wall clock is set back. Lives, leases, windows and deadlines are measured by it, so
   * that no code outlives its validity.
   */
  steadyMs(): number;

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
