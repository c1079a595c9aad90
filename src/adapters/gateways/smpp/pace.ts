import type { Clock, Deadline } from '../../../ports/clock.ts';
import type { CallWindow } from '../../window.ts';

const REST_MS_MIN = 250;
const REST_MS_MAX = 1000;

const TOO_FAST = new Set(['ESME_RTHROTTLED', 'ESME_RMSGQFUL']);

/**
 * Keeps to the speed that a gateway takes: after it said that it is too much nothing is sent for a moment, longer each time,
 * and then fewer texts at once, until it takes them again.
 */
export class SmppPace {
  readonly #clock: Clock;
  readonly #window: CallWindow;
  /** Between two texts; 0: as many as come. */
  readonly #gapMs: number;
  #nextMs = 0;
  #restMs = REST_MS_MIN;
  #restUntilMs = 0;
  #status = '';

  constructor(clock: Clock, window: CallWindow, ratePerSecond: number | undefined) {
    this.#clock = clock;
    this.#window = window;
    this.#gapMs = ratePerSecond === undefined ? 0 : 1000 / ratePerSecond;
  }

  /** Waits for a text's turn. False: it has none by the deadline. */
  async turn(deadline: Deadline): Promise<boolean> {
    const nowMs = this.#clock.steadyMs();
    if (this.#nextMs - nowMs > deadline.remainingMs()) return false;
    const turnMs = Math.max(nowMs, this.#nextMs);
    this.#nextMs = turnMs + this.#gapMs;
    if (turnMs > nowMs) await this.#wait(turnMs - nowMs);
    return true;
  }

  /** Waits until the gateway takes texts again. Resolves with the status that it doesn't by the deadline after. */
  async rest(deadline: Deadline): Promise<string | undefined> {
    for (;;) {
      const waitMs = this.#restUntilMs - this.#clock.steadyMs();
      if (waitMs <= 0) return undefined;
      if (waitMs > deadline.remainingMs()) return this.#status;
      await this.#wait(waitMs);
    }
  }

  #wait(durationMs: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(durationMs, resolve));
  }

  /** Heeds the status that a text was answered with. */
  note(status: string): void {
    if (status === 'ESME_ROK') {
      this.#restMs = REST_MS_MIN;
      this.#window.widen();
    }
    const nowMs = this.#clock.steadyMs();
    // Of a window full of texts that are all too many, the first one counts.
    if (!TOO_FAST.has(status) || nowMs < this.#restUntilMs) return;
    this.#status = status;
    this.#window.narrow();
    this.#restUntilMs = nowMs + this.#restMs;
    this.#restMs = Math.min(REST_MS_MAX, 2 * this.#restMs);
  }
}
