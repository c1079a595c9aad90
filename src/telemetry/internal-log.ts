import type { Logger } from 'pino';
import type { InternalReport } from '../methods/internal/call.ts';
import type { Clock } from '../ports/clock.ts';
import { kindOf, wordsOf } from './brief-errors.ts';
import { withoutNumbers, withoutNumbersIn } from './log.ts';
import { createQuiet } from './quiet.ts';

/** Of those who proved nothing, in ten seconds for each status. */
const DENIED_LINES_MAX = 10;

/**
 * One line a call for the audit: who, what, about whom, and what came of it. It is written whatever `log.level` is, but for
 * `silent`. Anyone can make calls that prove nothing: beyond some, they are counted in the next one's line. None has a code,
 * a number, a token or an id of an account or association in it.
 */
export function reportInternalToLog(log: Logger, clock: Clock): (report: InternalReport) => void {
  const audit = log.child({ audit: true }, { level: log.level === 'silent' ? 'silent' : 'info' });
  const quiet = createQuiet(clock, DENIED_LINES_MAX);
  const tellPlace = createQuiet(clock, 1);
  return ({ caller, cause, status, detail, durationMs, ...rest }) => {
    const told = caller === undefined ? quiet(String(status)) : {};
    if (!told) return;
    const line = {
      caller: caller?.name,
      proof: caller?.proof,
      ...rest,
      status,
      ...told,
      detail,
      durationMs: Math.round(durationMs),
    };
    if (status === 500) {
      audit.fatal({ ...line, detail: undefined, err: cause && withoutNumbersIn(cause) }, 'internal call');
    } else if (cause !== undefined) {
      // An outage fails each call. What it says is in each line, and where it comes from only once in a while.
      const err = tellPlace(kindOf(cause)) ? cause : undefined;
      audit.error({ ...line, detail: withoutNumbers(wordsOf(cause)), err }, 'internal call');
    } else if (status >= 400) audit.warn(line, 'internal call');
    else audit.info(line, 'internal call');
  };
}
