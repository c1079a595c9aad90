import { type DestinationStream, type LevelWithSilent, type Logger, pino } from 'pino';
import type { CallReport } from '../methods/call-report.ts';
import type { Clock } from '../ports/clock.ts';
import { escapeHidden } from '../ports/hidden-characters.ts';
import type { GuardFinding } from '../ports/otp-store.ts';
import { createErrorSerializer, kindOf, wordsOf } from './brief-errors.ts';
import { prettyLine } from './pretty-line.ts';
import { createQuiet } from './quiet.ts';

export interface LogSettings {
  readonly level: LevelWithSilent;
  readonly format: 'json' | 'pretty';
  /** Where the lines go; `undefined`: standard output. */
  readonly destination?: DestinationStream;
}

/** Structured log: one JSON object a line, or a line for people. */
export function createLog({ level, format, destination }: LogSettings): Logger {
  // A log is read on terminals too. Its last character is the line break.
  const streamWrite = (line: string) => `${escapeHidden(line.slice(0, -1))}\n`;
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: createErrorSerializer(() => performance.now()) },
    hooks: { streamWrite },
  };
  if (format === 'json') return destination === undefined ? pino(options) : pino(options, destination);
  const lines = destination ?? process.stdout;
  return pino(options, { write: (line) => lines.write(prettyLine(line)) });
}

/** Lines in ten seconds about calls of one kind of which no header was read: more than enough to see what is wrong. */
const UNREAD_LINES_MAX = 100;

/**
 * One line a call, named by the id that the answer carries. Levels follow the kind of ending: an outcome is info,
 * a request that can't be processed a warning, a part of the world that is down an error, a bug fatal. [ERR-8]
 * Anyone can make calls of which no header can be read: beyond some, they are counted in the next one's line.
 */
export function reportToLog(log: Logger, clock: Clock): (report: CallReport) => void {
  const quiet = createQuiet(clock, UNREAD_LINES_MAX);
  const tellPlace = createQuiet(clock, 1);
  return ({
    method,
    callId,
    fault,
    cause,
    delivery,
    verified,
    unknownContext,
    durationMs,
    guard,
    ...rest
  }) => {
    const told = rest.requestId === undefined ? quiet(`${rest.status} ${rest.result}`) : {};
    if (!told) return;
    const line = {
      method,
      callId,
      ...rest,
      ...told,
      unknownContext: unknownContext || undefined,
      // Which budget stood against the text, and not of which prefix: no part of a number is logged. [ERR-4]
      guardEvent: guard && eventOf(guard),
      gateway: delivery?.gateway ?? verified?.gateway,
      gatewayReason: delivery?.kind === 'refused' ? delivery.reason : undefined,
      gatewayDetail: delivery === undefined || delivery.kind === 'accepted' ? undefined : delivery.detail,
      durationMs: Math.round(durationMs),
    };
    if (fault === 'bug') {
      const reason = rest.reason && withoutNumbers(rest.reason);
      log.fatal({ ...line, reason, err: cause && withoutNumbersIn(cause) }, 'call');
    } else if (fault === 'unavailable') {
      // An outage fails each call. What it says is in each line, and where it comes from only once in a while.
      const err = cause && tellPlace(kindOf(cause)) ? cause : undefined;
      log.error({ ...line, reason: cause ? wordsOf(cause) : rest.reason, err }, 'call');
    } else if (rest.status >= 400) log.warn(line, 'call');
    else log.info(line, 'call');
  };
}

/** Codes have four digits or more, and numbers more than those; whatever stands between, as in `(403) 555-0123`. */
export function withoutNumbers(text: string): string {
  return text.replace(/\d(?:[-_./() ]{0,2}\d){3,}/g, '[digits]');
}

/**
 * The same of an error that nobody expected, such as one of an adapter of somebody's own: it may quote what it was handed.
 * Told are its kind, its words, its code and its place, and those of at most `causes` errors behind it. [ERR-4]
 */
export function withoutNumbersIn(error: Error, causes = 3): Error {
  const message = withoutNumbers(String(error.message));
  const frames = /\n {4}at .*/s.exec(error.stack ?? '')?.[0] ?? '';
  const stack = `${error.name}: ${message}${frames}`;
  const code = 'code' in error && typeof error.code === 'string' && { code: withoutNumbers(error.code) };
  const cause = causes > 0 &&
    error.cause instanceof Error && { cause: withoutNumbersIn(error.cause, causes - 1) };
  return Object.assign(Object.create(Object.getPrototypeOf(error)), { message, stack }, code, cause);
}

/** As the history of the request calls it. A refusal is the reason of the call. */
function eventOf({ budget, mode }: GuardFinding): object | undefined {
  if (mode === 'enforce') return undefined;
  return { event: mode === 'exempt' ? 'guardExempt' : 'guardWouldRefuse', budget };
}
