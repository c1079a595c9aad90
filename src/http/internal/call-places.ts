import { Problem } from '../../methods/internal/problems.ts';

/** How many calls may be at work at once, in all and of one caller. */
export class CallPlaces {
  readonly #max: number;
  readonly #ofCallerMax: number;
  #taken = 0;
  readonly #ofCallers = new Map<string, number>();

  /** Both ≥ 1. */
  constructor(max: number, ofCallerMax: number) {
    this.#max = max;
    this.#ofCallerMax = ofCallerMax;
  }

  /** Takes a place; the returned function gives it back. Throws `Problem` if there is none. */
  enter(caller: string): () => void {
    const own = this.#ofCallers.get(caller) ?? 0;
    if (own >= this.#ofCallerMax)
      throw new Problem(
        'too-many-calls',
        `at most ${this.#ofCallerMax} calls of one caller are served at once`,
      );
    if (this.#taken >= this.#max) throw new Problem('unavailable', 'too many calls at once; try again');
    this.#taken += 1;
    this.#ofCallers.set(caller, own + 1);
    return () => {
      this.#taken -= 1;
      const left = (this.#ofCallers.get(caller) ?? 1) - 1;
      if (left > 0) this.#ofCallers.set(caller, left);
      else this.#ofCallers.delete(caller);
    };
  }
}
