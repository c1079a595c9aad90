import { setTimeout as pause } from 'node:timers/promises';

const quarterMs = 15 * 60_000;

/** Where the time comes from, in ms, and how it is waited for; tests pass their own. */
export interface Time {
  readonly nowMs: () => number;
  readonly pause: (durationMs: number) => Promise<void>;
}

const realTime: Time = { nowMs: () => performance.now(), pause: (durationMs) => pause(durationMs) };

/** Keeps echo calls under a rate, whoever asks. Callers are let through one after the other. [ECHO-3] */
export class EchoPace {
  readonly #intervalMs: number;
  readonly #per15MinutesMax: number;
  readonly #time: Time;
  readonly #startedMs: number[] = [];
  #queue: Promise<void> = Promise.resolve();

  /** `per15MinutesMax` 0: no limit. */
  constructor(intervalMs: number, per15MinutesMax: number, time = realTime) {
    this.#intervalMs = intervalMs;
    this.#per15MinutesMax = per15MinutesMax;
    this.#time = time;
  }

  /** Resolves when the next echo may be sent. */
  wait(): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      const delayMs = this.#delayMs(this.#time.nowMs());
      if (delayMs > 0) await this.#time.pause(delayMs);
      this.#startedMs.push(this.#time.nowMs());
    });
    return this.#queue;
  }

  #delayMs(nowMs: number): number {
    const last = this.#startedMs.at(-1);
    const oldest = this.#per15MinutesMax === 0 ? undefined : this.#startedMs.at(-this.#per15MinutesMax);
    const interval = last === undefined ? 0 : last + this.#intervalMs - nowMs;
    const quota = oldest === undefined ? 0 : oldest + quarterMs - nowMs;
    return Math.max(interval, quota, 0);
  }
}
