import type { Outcome } from '../domain/outcome.ts';
import type { Clock, Deadline } from '../ports/clock.ts';
import { BusyError } from './failures.ts';
import { InFlight } from './in-flight.ts';

/** How often a request that another process works on is looked at again. */
const POLL_MS = 50;

/** What the work of a request comes to. */
interface Done {
  readonly outcome: Outcome;
}

/** Does the work of the request of this key when no equal one is at work. */
export type OneAtATime = <T extends Done>(
  key: string,
  deadline: Deadline,
  work: () => Promise<T>,
) => Promise<T>;

/**
 * Lets equal requests wait for each other, in this process and, by asking again, in others; each for `waitMs` at most, and
 * no longer than its deadline. Then it throws `BusyError`. [OQ-8]
 */
export function createOneAtATime(clock: Clock, waitMs: number): OneAtATime {
  const inFlight = new InFlight(clock);
  return async (key, deadline, work) => {
    const waitUntilMs = Math.min(deadline.atMs, clock.steadyMs() + waitMs);
    for (;;) {
      const leave = inFlight.enter(key);
      if (leave === undefined) {
        await inFlight.left(key, Math.max(0, waitUntilMs - clock.steadyMs()));
      } else {
        const done = await work().finally(leave);
        if (done.outcome.kind !== 'busy') return done;
        await new Promise<void>((resolve) => clock.after(POLL_MS, resolve));
      }
      if (clock.steadyMs() >= waitUntilMs) throw new BusyError();
    }
  };
}
