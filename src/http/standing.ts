import { LeakyBucket } from '../methods/leaky-bucket.ts';
import type { Caller } from '../ports/caller.ts';
import type { Clock } from '../ports/clock.ts';

/** As many as Google's invalid probes in 15 minutes, all at once. [ECHO-3] */
export const REFUSALS_MAX = 30;
/** One is forgotten each ten seconds, which is the closest that these probes come after each other. [ECHO-3] */
const FORGOTTEN_MS = 10_000;
/** More are not held against anybody: whoever mends his ways needs no more than these to be proved again. */
const COUNTED_MAX = 2 * REFUSALS_MAX;

/** Of what was asked, told apart up to so much. */
const ASKED_MAX = 1000;

/** What one connection has shown so far. [OQ-60, OQ-61] */
export class Standing implements Caller {
  readonly #refusals: LeakyBucket;
  readonly #asked: LeakyBucket;
  #everProved = false;

  constructor(clock: Clock) {
    this.#refusals = new LeakyBucket(clock, FORGOTTEN_MS, COUNTED_MAX);
    this.#asked = new LeakyBucket(clock, FORGOTTEN_MS, ASKED_MAX);
  }

  /** Behind a proxy the garbage of many and the messages of one share a connection: then both are strangers'. */
  get proved(): boolean {
    return this.#everProved && this.#refusals.level <= REFUSALS_MAX;
  }

  get everProved(): boolean {
    return this.#everProved;
  }

  /** Nothing but what is refused came on it, and more of that than Google would send. */
  get spent(): boolean {
    return !this.#everProved && this.#refusals.level > REFUSALS_MAX;
  }

  /** Requests, whatever became of them: those that were refused for lack of capacity were no proof either. */
  get rank(): number {
    return this.#everProved ? 0 : Math.ceil(this.#asked.level);
  }

  /** A request came on it. */
  ask(): void {
    if (!this.#everProved) this.#asked.add(1);
  }

  prove(): void {
    this.#everProved = true;
    this.#refusals.add(-1);
  }

  offend(): void {
    this.#refusals.add(1);
  }
}
