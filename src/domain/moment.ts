import { type Clock, HOUR_MS } from '../ports/clock.ts';

/** One moment on both clocks. A request has one, whatever the clocks do while it is served. */
export interface Moment {
  /** As far as it is confirmed. Everything that is recorded and counted is measured by it. */
  readonly nowMs: number;
  /** On the wall clock; where servers share a store, on that of the store. */
  readonly wallMs: number;
}

export function momentOf(clock: Clock): Moment {
  return {
    nowMs: clock.confirmedMs?.() ?? clock.steadyMs(),
    wallMs: clock.sharedMs?.() ?? clock.nowMs(),
  };
}

/** A machine that slept, or was restarted, may be so far behind until somebody calls. */
const DOUBT_MS = HOUR_MS;

/**
 * Why that clock is not believed: it is more than an hour off from what is confirmed, either way. `undefined`: it
 * agrees. [OQ-69]
 */
export function clockDoubt(clock: Clock): string | undefined {
  const { nowMs, wallMs } = momentOf(clock);
  const aheadMs = wallMs - nowMs;
  if (Math.abs(aheadMs) <= DOUBT_MS) return undefined;
  const off = `${(Math.abs(aheadMs) / DOUBT_MS).toFixed(1)} h ${aheadMs > 0 ? 'ahead of' : 'behind'}`;
  // What is confirmed is never taken back.
  const end =
    aheadMs > 0 ? 'it agrees or the timestamp of an authenticated request confirms it' : 'it agrees';
  return `the clock of the machine, or of the database that servers share, is ${off} what is confirmed: nothing is deleted, and limits take no notice of it, until ${end}`;
}
