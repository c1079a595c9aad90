/** How many may be at work at once. Half of the places are kept for those who proved themselves. [OQ-60] */
export class Places {
  readonly #max: number;
  readonly #unprovedMax: number;
  #taken = 0;
  #unproved = 0;

  /** `max` ≥ 1. */
  constructor(max: number) {
    this.#max = max;
    this.#unprovedMax = Math.ceil(max / 2);
  }

  /** Takes a place; the returned function gives it back. `undefined`: there is none for such a one. */
  enter(proved: boolean): (() => void) | undefined {
    if (this.#taken >= this.#max) return undefined;
    if (!proved && this.#unproved >= this.#unprovedMax) return undefined;
    const unproved = proved ? 0 : 1;
    this.#taken += 1;
    this.#unproved += unproved;
    return () => {
      this.#taken -= 1;
      this.#unproved -= unproved;
    };
  }
}
