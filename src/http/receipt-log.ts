import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { ReceiptReport } from './receipt-routes.ts';

/** Anyone can make a call that proves nothing: no more than one line in so long tells of them, and counts the others. */
const QUIET_MS = 10_000;

const LEVELS = {
  recorded: 'info',
  repeated: 'debug',
  'not-final': 'debug',
  unmatched: 'warn',
  unauthenticated: 'warn',
  unreadable: 'warn',
  busy: 'warn',
  unavailable: 'error',
  bug: 'fatal',
} as const;

/** One line a receipt, and few lines about calls without one. None names a text, a number or an address. */
export function reportReceiptsToLog(log: Logger, clock: Clock): (report: ReceiptReport) => void {
  const quiet = new Map<string, { untilMs: number; untold: number }>();
  return ({ gateway, outcome, receipt, cause }) => {
    const line = { gateway, outcome, state: receipt?.state, detail: receipt?.detail || undefined };
    if (receipt !== undefined) return log[LEVELS[outcome]](line, 'receipt');
    const name = `${gateway} ${outcome}`;
    const { untilMs, untold } = quiet.get(name) ?? { untilMs: 0, untold: 0 };
    if (clock.steadyMs() < untilMs) {
      quiet.set(name, { untilMs, untold: untold + 1 });
      return;
    }
    quiet.set(name, { untilMs: clock.steadyMs() + QUIET_MS, untold: 0 });
    log[LEVELS[outcome]]({ ...line, untold: untold || undefined, err: cause }, 'receipt');
  };
}
