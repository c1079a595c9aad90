import type { Logger } from 'pino';
import type { CodePurpose } from '../ports/otp-store.ts';
import { wordsOf } from './brief-errors.ts';

/** What is told of one consumption when it is over: one log line, a few counters. Nothing in it is secret. [ERR-4] */
export interface ConsumptionReport {
  readonly purpose: CodePurpose;
  readonly requestId: string;
  /** `undefined`: it was not answered. */
  readonly consumptionId: string | undefined;
  /** Its result, or why there is none: `conflict`, `busy`, `unknown-identifier`, `unavailable`. */
  readonly result: string;
  /** Why, in the word of the record. */
  readonly reason: string | undefined;
  readonly isReplay: boolean;
  /** Whose text was verified by it. */
  readonly verified: { readonly gateway: string; readonly country: string | undefined } | undefined;
  readonly durationMs: number;
  /** What was thrown. */
  readonly cause: Error | undefined;
}

/** One line a consumption: an outcome is info, one that can't be a warning, a part of the world that is down an error. */
export function reportConsumptionsToLog(log: Logger): (report: ConsumptionReport) => void {
  return ({ cause, verified, durationMs, reason, ...report }) => {
    const line = {
      ...report,
      reason: cause ? wordsOf(cause) : reason,
      gateway: verified?.gateway,
      durationMs: Math.round(durationMs),
    };
    if (cause) log.error(line, 'consumption');
    else if (report.consumptionId === undefined) log.warn(line, 'consumption');
    else log.info(line, 'consumption');
  };
}
