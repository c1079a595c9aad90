import type { Clock } from '../ports/clock.ts';
import type { OtpStore } from '../ports/otp-store.ts';

export interface RetentionOptions {
  readonly store: Pick<OtpStore, 'sweep' | 'remember'>;
  readonly clock: Pick<Clock, 'after'>;
  /** The moment that ages are measured from, and that the store is to remember for the next start. */
  readonly confirmedMs: () => number;
  /** Why nothing may be deleted at present; `undefined`: it may. Deleting is for good, so a clock in doubt is no ground. */
  readonly doubt: () => string | undefined;
  /** Told of each look at which nothing was deleted for that reason. */
  readonly onDoubt: (reason: string) => void;
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

/**
 * Deletes what is past its retention, in small steps, for as long as it is not stopped, and has the store remember how far
 * time has come. [IDEM-12, OQ-69]
 */
export function startRetention(options: RetentionOptions): Retention {
  const { store, clock, rowsMax, intervalMs, onFailure } = options;
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
      rows = await sweepOnce();
    } catch (error) {
      onFailure(error);
    }
    if (!stopped) cancel = wait(rows < rowsMax ? intervalMs : PAUSE_MS);
  }

  async function sweepOnce(): Promise<number> {
    const nowMs = options.confirmedMs();
    await store.remember(nowMs);
    const doubt = options.doubt();
    if (doubt === undefined) return store.sweep(nowMs - options.retentionMs, rowsMax);
    options.onDoubt(doubt);
    return 0;
  }

  return {
    async stop() {
      if (stopped) return underWay;
      stopped = true;
      cancel();
      await underWay;
      // So that the next start goes on from here.
      underWay = store.remember(options.confirmedMs()).catch(onFailure);
      await underWay;
    },
  };
}
