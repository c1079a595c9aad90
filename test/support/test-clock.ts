import type { Clock } from '../../src/ports/clock.ts';

/** A clock that is moved by hand. Waiting ends when the time has been moved past it. */
export class TestClock implements Clock {
  #wallMs = Date.now();
  #steadyMs = this.#wallMs;
  readonly #waiting = new Set<{ readonly atMs: number; readonly run: () => void }>();

  nowMs(): number {
    return this.#wallMs;
  }

  steadyMs(): number {
    return this.#steadyMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const waiter = { atMs: this.#steadyMs + delayMs, run };
    this.#waiting.add(waiter);
    return () => this.#waiting.delete(waiter);
  }

  /** Time passes: both clocks go on, and whoever waited long enough is called, in order. */
  pass(durationMs: number): void {
    this.#wallMs += durationMs;
    this.#steadyMs += durationMs;
    const due = [...this.#waiting].filter(({ atMs }) => atMs <= this.#steadyMs);
    for (const waiter of due.sort((a, b) => a.atMs - b.atMs)) {
      this.#waiting.delete(waiter);
      waiter.run();
    }
  }

  /** How many are waiting. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** How many are waiting for a moment that is at most so far away. */
  waitingWithin(durationMs: number): number {
    return [...this.#waiting].filter(({ atMs }) => atMs <= this.#steadyMs + durationMs).length;
  }
}
