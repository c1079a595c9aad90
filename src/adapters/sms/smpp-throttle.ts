import type { Clock } from '../../ports/clock.ts';

const REST_MS_MIN = 1000;
const REST_MS_MAX = 30_000;

const TOO_FAST = new Set(['ESME_RTHROTTLED', 'ESME_RMSGQFUL']);

/** Sends nothing for a while after the gateway said that it is too much; longer each time, until it takes a text. */
export class SmppThrottle {
  readonly #clock: Clock;
  #restMs = REST_MS_MIN;
  #untilMs = 0;
  #status = '';

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The status that nothing is sent for at present; `undefined`: texts may go. */
  get status(): string | undefined {
    return this.#clock.steadyMs() < this.#untilMs ? this.#status : undefined;
  }

  /** Heeds the status that a text was answered with. */
  note(status: string): void {
    if (status === 'ESME_ROK') this.#restMs = REST_MS_MIN;
    // Of a window full of texts that are all too many, the first one counts.
    if (!TOO_FAST.has(status) || this.status !== undefined) return;
    this.#status = status;
    this.#untilMs = this.#clock.steadyMs() + this.#restMs;
    this.#restMs = Math.min(REST_MS_MAX, 2 * this.#restMs);
  }
}
