import type { Clock } from '../../ports/clock.ts';
import type { OtpStore } from '../../ports/otp-store.ts';

export interface RetentionOptions {
  readonly store: Pick<OtpStore, 'sweep'>;
  readonly clock: Clock;
  /** How long a request is remembered after it was last received; at least 30 days. [OQ-10, FLOW-3] */
  readonly retentionMs: number;
  /** Requests deleted in one step, ≥ 1. A step holds up whatever comes beside it, 50 about 10 ms. */
  readonly rowsMax: number;
  /** From when nothing was left to delete to the next look, > 0. */
  readonly intervalMs: number;
  /** Told of a sweep that failed. The next one comes in its time. */
  readonly onFailure: (error: unknown) => void;
}

export interface Retention {
  /** Resolves when no sweep is under way and none will come. Safe to call twice. */
  stop(): Promise<void>;
}

/** Between two steps, for whoever waits beside them. */
const PAUSE_MS = 50;

/** Deletes what is past its retention, in small steps, for as long as it is not stopped. [IDEM-12] */
export function startRetention(options: RetentionOptions): Retention {
  const { store, clock, retentionMs, rowsMax, intervalMs, onFailure } = options;
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
      rows = await store.sweep(clock.steadyMs() - retentionMs, rowsMax);
    } catch (error) {
      onFailure(error);
    }
    if (!stopped) cancel = wait(rows < rowsMax ? intervalMs : PAUSE_MS);
  }

  return {
    stop() {
      stopped = true;
      cancel();
      return underWay;
    },
  };
}
