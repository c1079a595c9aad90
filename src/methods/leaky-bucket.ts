import type { Clock } from '../ports/clock.ts';

/** A level that whoever fills it raises, and that falls by itself: a rate with some room for bursts. */
export class LeakyBucket {
  readonly #clock: Clock;
  readonly #drainMs: number;
  readonly #top: number;
  #level = 0;
  #asOfMs: number;

  /** It falls by one each `drainMs` (> 0), and never stands above `top`. */
  constructor(clock: Clock, drainMs: number, top: number) {
    this.#clock = clock;
    this.#drainMs = drainMs;
    this.#top = top;
    this.#asOfMs = clock.steadyMs();
  }

  /** Between 0 and `top`. */
  get level(): number {
    const nowMs = this.#clock.steadyMs();
    this.#level = Math.max(0, this.#level - (nowMs - this.#asOfMs) / this.#drainMs);
    this.#asOfMs = nowMs;
    return this.#level;
  }

  /** Raises the level by `amount`, or lowers it if that is negative. */
  add(amount: number): void {
    this.#level = Math.min(this.#top, Math.max(0, this.level + amount));
  }

  /** Takes one, if there is room for it. */
  take(): boolean {
    if (this.level > this.#top - 1) return false;
    this.add(1);
    return true;
  }
}
