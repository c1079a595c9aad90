import type { Deadline } from '../ports/clock.ts';

/** Lets so many calls in at a time; the others wait in the order in which they came. */
export class CallWindow {
  readonly #placesMax: number;
  #places: number;
  #taken = 0;
  readonly #waiting = new Set<() => void>();

  constructor(places: number) {
    this.#placesMax = places;
    this.#places = places;
  }

  /** True: a place was taken, and `leave` must follow. False: there was none by the deadline. */
  enter(deadline: Deadline): Promise<boolean> {
    if (this.#taken < this.#places) {
      this.#taken += 1;
      return Promise.resolve(true);
    }
    const { signal } = deadline;
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const giveUp = () => {
        this.#waiting.delete(admit);
        resolve(false);
      };
      const admit = () => {
        signal.removeEventListener('abort', giveUp);
        resolve(true);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(admit);
    });
  }

  leave(): void {
    this.#taken -= 1;
    this.#admit();
  }

  /** Half as many places from now on, one at least. */
  narrow(): void {
    this.#places = Math.max(1, Math.floor(this.#places / 2));
  }

  /** One place more, up to as many as there were at first. */
  widen(): void {
    this.#places = Math.min(this.#placesMax, this.#places + 1);
    this.#admit();
  }

  #admit(): void {
    for (const next of this.#waiting) {
      if (this.#taken >= this.#places) return;
      this.#waiting.delete(next);
      this.#taken += 1;
      next();
    }
  }
}

/** What a promise comes to, or `late` if the deadline passes first. */
export function beforeDeadline<Value>(
  promise: Promise<Value>,
  { signal }: Deadline,
): Promise<Value | 'late'> {
  if (signal.aborted) return Promise.resolve('late');
  return new Promise((resolve, reject) => {
    const giveUp = () => resolve('late');
    signal.addEventListener('abort', giveUp, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
