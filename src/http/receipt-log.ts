import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import { createQuiet } from './quiet-log.ts';
import type { ReceiptReport } from './receipt-routes.ts';

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
  // Anyone can make a call that proves nothing: one line in ten seconds tells of them, and counts the others.
  const quiet = createQuiet(clock, 1);
  return ({ gateway, outcome, receipt, cause }) => {
    const line = { gateway, outcome, state: receipt?.state, detail: receipt?.detail || undefined };
    if (receipt !== undefined) return log[LEVELS[outcome]](line, 'receipt');
    const told = quiet(`${gateway} ${outcome}`);
    if (told) log[LEVELS[outcome]]({ ...line, ...told, err: cause }, 'receipt');
  };
}
