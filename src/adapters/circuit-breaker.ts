import type { Clock } from '../ports/clock.ts';

/**
 * It opens when half of the last calls failed. Counted in calls and not in time: the more calls there are, the sooner it
 * opens, and a single failure now and then never adds up to an opening at low traffic.
 */
const WINDOW_CALLS = 10;
const CALLS_MIN = 5;

/**
 * Then one call tries it. A try that fails takes at most `BUDGET.stalledShare` of a request's budget (2.5 s by default) and
 * begins another rest; so what works again is back within ten seconds.
 */
const REST_MS = 5000;

export interface BreakerState {
  /** `open`: no call may begin. `half-open`: one call tries it just now. */
  readonly state: 'closed' | 'open' | 'half-open';
  /** Since when, on the steady clock. */
  readonly sinceMs: number;
}

/** A circuit breaker over the last calls, on the steady clock. */
export class CircuitBreaker {
  readonly #clock: Clock;
  #now: BreakerState;
  /** Whether each of the last calls failed, the oldest first. */
  #failures: readonly boolean[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#now = { state: 'closed', sinceMs: clock.steadyMs() };
  }

  get now(): BreakerState {
    return this.#now;
  }

  /** Lets a call begin, and takes whether it failed. `undefined`: none may begin now. */
  begin(): ((failed: boolean) => void) | undefined {
    const { state, sinceMs } = this.#now;
    if (state === 'half-open' || (state === 'open' && this.#clock.steadyMs() < sinceMs + REST_MS)) {
      return undefined;
    }
    if (state === 'open') {
      this.#become('half-open');
      this.#failures = [];
    }
    const begun = this.#now;
    // A call of before the last change says nothing of what is tried by now.
    return (failed) => begun === this.#now && this.#count(failed);
  }

  #count(failed: boolean): void {
    this.#failures = [...this.#failures, failed].slice(-WINDOW_CALLS);
    const calls = this.#failures.length;
    const isHalf = calls >= CALLS_MIN && this.#failures.filter(Boolean).length >= calls / 2;
    const isTrial = this.#now.state === 'half-open';
    if (failed && (isHalf || isTrial)) this.#become('open');
    else if (isTrial) this.#become('closed');
  }

  #become(state: BreakerState['state']): void {
    this.#now = { state, sinceMs: this.#clock.steadyMs() };
  }
}
