import type { Clock } from '../../ports/clock.ts';
import type { OtpStore } from '../../ports/otp-store.ts';

export interface RetentionOptions {
  readonly store: Pick<OtpStore, 'sweep'>;
  readonly clock: Clock;
  /** How long a request is remembered after it was last received; at least 30 days. [OQ-10] */
  readonly retentionMs: number;
  /** Told of a sweep that failed. The next one comes in its time. */
  readonly onFailure: (error: unknown) => void;
}

export interface Retention {
  /** Resolves when no sweep is under way and none will come. Safe to call twice. */
  stop(): Promise<void>;
}

/** Few rows a step and a pause between, since every step holds up the requests beside it for a few ms. */
const ROWS_PER_STEP = 64;
const PAUSE_MS = 50;
const IDLE_MS = 10 * 60_000;

/** Deletes what is past its retention, in small steps, for as long as it is not stopped. [IDEM-12] */
export function startRetention({ store, clock, retentionMs, onFailure }: RetentionOptions): Retention {
  let stopped = false;
  let underWay: Promise<void> = Promise.resolve();
  let cancel = wait(PAUSE_MS);

  function wait(delayMs: number): () => void {
    return clock.after(delayMs, () => {
      underWay = sweep();
    });
  }

  async function sweep(): Promise<void> {
    let rows = 0;
    try {
      rows = await store.sweep(clock.steadyMs() - retentionMs, ROWS_PER_STEP);
    } catch (error) {
      onFailure(error);
    }
    if (!stopped) cancel = wait(rows === ROWS_PER_STEP ? PAUSE_MS : IDLE_MS);
  }

  return {
    stop() {
      stopped = true;
      cancel();
      return underWay;
    },
  };
}
