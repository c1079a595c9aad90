import type { Clock } from '../ports/clock.ts';

/**
 * The requests this process is at work on. Of equal requests that arrive together one works and the others wait
 * for it. [OQ-8]
 */
export class InFlight {
  readonly #clock: Clock;
  readonly #running = new Map<string, Promise<void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#running.size;
  }

  /** Takes the place, if it is free; the returned function gives it back. `undefined`: somebody has it. */
  enter(key: string): (() => void) | undefined {
    if (this.#running.has(key)) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#running.set(key, promise);
    return () => {
      this.#running.delete(key);
      resolve();
    };
  }

  /** Resolves when the place is given back or `waitMs` are over, whichever comes first. */
  async left(key: string, waitMs: number): Promise<void> {
    const running = this.#running.get(key);
    if (running === undefined) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(waitMs, resolve);
      running.then(() => {
        cancel();
        resolve();
      });
    });
  }
}
