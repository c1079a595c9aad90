/**
 * The endpoint's clock, read from its answers: a `responseTimestamp` was made between the moment the request left
 * and the moment the answer arrived, so each answer narrows how far its clock is from ours.
 */
export class EndpointClock {
  #offsetMinMs = Number.NEGATIVE_INFINITY;
  #offsetMaxMs = Number.POSITIVE_INFINITY;

  /** Whether any answer told a time yet. */
  get known(): boolean {
    return Number.isFinite(this.#offsetMinMs);
  }

  /** How far the endpoint's clock is ahead of ours: it is certainly within these two, in ms. */
  get offsetMs(): { readonly min: number; readonly max: number } {
    return this.known ? { min: this.#offsetMinMs, max: this.#offsetMaxMs } : { min: 0, max: 0 };
  }

  observe(responseTimestampMs: number, sentAtMs: number, receivedAtMs: number): void {
    // Both clocks tick in whole milliseconds, hence the one more on either side.
    const min = responseTimestampMs - receivedAtMs - 1;
    const max = responseTimestampMs - sentAtMs + 1;
    if (min > this.#offsetMaxMs || max < this.#offsetMinMs) {
      // One of the clocks was set meanwhile: what was known before says nothing any more.
      this.#offsetMinMs = min;
      this.#offsetMaxMs = max;
      return;
    }
    this.#offsetMinMs = Math.max(this.#offsetMinMs, min);
    this.#offsetMaxMs = Math.min(this.#offsetMaxMs, max);
  }

  /** The endpoint's present, as good as it is known. */
  nowMs(): number {
    const { min, max } = this.offsetMs;
    return Date.now() + Math.round((min + max) / 2);
  }
}
