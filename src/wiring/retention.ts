import type { Logger } from 'pino';
import { clockDoubt, momentOf } from '../domain/moment.ts';
import { startRetention } from '../domain/retention.ts';
import { type Clock, MINUTE_MS } from '../ports/clock.ts';
import type { OtpStore } from '../ports/otp-store.ts';
import type { Config } from '../settings/load.ts';
import { reportDoubtToLog } from '../telemetry/clock-log.ts';
import type { Metrics } from '../telemetry/metrics.ts';

interface RetentionParts {
  readonly store: OtpStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** A step holds up every request beside it: 50 rows about 10 ms. */
const SWEEP_ROWS_MAX = 50;

/** Requests are kept for 30 days or more, so a minute more or less doesn't matter. */
const SWEEP_INTERVAL_MS = MINUTE_MS;

/** Deletes what is older than the configuration keeps, from now on and until it is stopped. */
export function composeRetention({ retention }: Config, { store, clock, log, metrics }: RetentionParts) {
  const logDoubt = reportDoubtToLog(log, clock);
  return startRetention({
    store,
    clock,
    confirmedMs: () => momentOf(clock).nowMs,
    doubt: () => clockDoubt(clock),
    onDoubt: (reason) => {
      logDoubt(reason);
      metrics.countRefusedSweep();
    },
    retentionMs: retention.requestsMs,
    rowsMax: SWEEP_ROWS_MAX,
    intervalMs: SWEEP_INTERVAL_MS,
    onFailure: (error) => log.error({ err: error }, 'retention'),
  });
}
