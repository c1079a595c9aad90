import type { Deadline } from '../../ports/clock.ts';

/** Lets so many in at a time; the others wait in the order in which they came. */
export class SmppWindow {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(places: number) {
    this.#free = places;
  }

  /** True: a place was taken, and `leave` must follow. False: there was none by the deadline. */
  enter(deadline: Deadline): Promise<boolean> {
    if (this.#free > 0) {
      this.#free -= 1;
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
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
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
