import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { ReceiptReport } from '../receipts/report.ts';
import { createQuiet } from './quiet.ts';

const LEVELS = {
  recorded: 'info',
  repeated: 'debug',
  'not-final': 'debug',
  unmatched: 'warn',
  ambiguous: 'warn',
  unauthenticated: 'warn',
  unreadable: 'warn',
  busy: 'warn',
  unavailable: 'error',
  bug: 'fatal',
} as const;

/** Of a gateway in ten seconds. */
const UNMATCHED_LINES_MAX = 100;

/** One line a receipt, but for very many of unknown texts, and few lines about what comes without one. None names a text, a number or an address. */
export function reportReceiptsToLog(log: Logger, clock: Clock): (report: ReceiptReport) => void {
  // Anyone can make a call that proves nothing: one line in ten seconds tells of them, and counts the others.
  const quiet = createQuiet(clock, 1);
  // Another program on the same account may have any number of them.
  const quietUnmatched = createQuiet(clock, UNMATCHED_LINES_MAX);
  return ({ gateway, outcome, receipt, detail, cause }) => {
    const line = {
      gateway,
      outcome,
      state: receipt?.state,
      detail: (receipt?.detail ?? detail) || undefined,
      id: receipt && SOUGHT.has(outcome) ? formOf(receipt.receiptKey.slice(gateway.length + 1)) : undefined,
    };
    const isPlain = receipt !== undefined && cause === undefined;
    if (isPlain && outcome !== 'unmatched') return log[LEVELS[outcome]](line, 'receipt');
    const told = (isPlain ? quietUnmatched : quiet)(`${gateway} ${outcome}`);
    if (told) log[LEVELS[outcome]]({ ...line, ...told, err: cause }, 'receipt');
  };
}

/** Outcomes that whoever looks into them has to compare ids for. */
const SOUGHT = new Set<ReceiptReport['outcome']>(['unmatched', 'ambiguous']);

/** How a name of a text is written, without a character of it: some gateways make theirs of the phone number. */
function formOf(name: string): string {
  const alphabets = [
    ['decimal digits', /^[0-9]+$/],
    ['hexadecimal digits', /^[0-9a-f]+$/i],
    ['hexadecimal digits and hyphens', /^[0-9a-f-]+$/i],
    ['letters and digits', /^[0-9a-z]+$/i],
  ] as const;
  const [alphabet = 'characters'] = alphabets.find(([, pattern]) => pattern.test(name)) ?? [];
  const zeros = /^0+(?=[0-9a-f]+$)/i.exec(name)?.[0].length ?? 0;
  return `${name.length} ${alphabet}${zeros > 0 ? `, ${zeros} zeros in front` : ''}`;
}
