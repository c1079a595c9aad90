import { type Answer, responseTimestampMs } from '../answer.ts';
import type { Check } from '../check.ts';
import { expectError, told } from '../expectations.ts';
import type { Trial } from '../trial.ts';
import { must, NotTested } from '../verdicts.ts';

const windowMs = 60_000;
/** What an endpoint may have spent between its look at the clock and its responseTimestamp. */
const graceMs = 300;

/**
 * A request this old (or, below zero, this early) when the endpoint looks at it, as far as its clock is known.
 * The distance to it is what an answer's own responseTimestamp then tells.
 */
async function aged(
  trial: Trial,
  ageMs: number,
): Promise<{ answer: Answer; timestampMs: number; offsetMinMs: number }> {
  const { clock } = trial.google.world;
  if (!clock.known) throw new NotTested('needs a responseTimestamp to know the endpoint’s clock');
  const timestampMs = clock.nowMs() - ageMs;
  const answer = await trial.probe({ timestampMs });
  return { answer, timestampMs, offsetMinMs: clock.offsetMs.min };
}

/** Accepted, and the answer's own time proves that the request was within the window when it was looked at. */
function inside(name: string, ageMs: number, what: string): Check {
  return {
    id: `envelope/clock-accepts-${name}`,
    requirements: ['HDR-4', 'OQ-18'],
    level: 'MUST',
    expects: `Accepts a requestTimestamp ${what}.`,
    run: async (trial) => {
      const { answer, timestampMs, offsetMinMs } = await aged(trial, ageMs);
      const answeredMs =
        responseTimestampMs(answer) ?? answer.http.receivedAtMs + trial.google.world.clock.offsetMs.max;
      // A late request only grows older on its way, an early one only younger.
      const distanceMs =
        ageMs > 0 ? answeredMs - timestampMs : timestampMs - (answer.http.sentAtMs + offsetMinMs);
      if (distanceMs > windowMs) throw new NotTested(`the line is too slow: ${distanceMs} ms lay between`);
      must(
        answer.http.status === 200 || answer.http.status === 404,
        `refused a requestTimestamp ${distanceMs} ms off with ${told(answer)}`,
      );
    },
  };
}

/** Refused, and the clocks prove that the request was outside the window when it was looked at. */
function outside(name: string, ageMs: number, what: string): Check {
  return {
    id: `envelope/clock-refuses-${name}`,
    requirements: ['HDR-4', 'OQ-18'],
    level: 'MUST',
    expects: `Refuses a requestTimestamp ${what} with 400 REQUEST_TIMESTAMP_OUT_OF_RANGE.`,
    run: async (trial) => {
      const { answer, timestampMs, offsetMinMs } = await aged(trial, ageMs);
      const answeredMs =
        responseTimestampMs(answer) ?? answer.http.receivedAtMs + trial.google.world.clock.offsetMs.max;
      const distanceMs =
        ageMs > 0 ? answer.http.sentAtMs + offsetMinMs - timestampMs : timestampMs - answeredMs;
      if (distanceMs <= windowMs) throw new NotTested(`the line is too slow: ${distanceMs} ms lay between`);
      expectError(answer, 400, 'REQUEST_TIMESTAMP_OUT_OF_RANGE');
    },
  };
}

const edges: readonly Check[] = [
  inside('59-s-late', windowMs - 1000, '59 s before the endpoint’s time'),
  inside('59-s-early', -(windowMs - 1000), '59 s after the endpoint’s time'),
  inside('60-s-late', windowMs - graceMs, 'as near to 60 s before the endpoint’s time as the line permits'),
  inside(
    '60-s-early',
    -(windowMs - graceMs),
    'as near to 60 s after the endpoint’s time as the line permits',
  ),
  outside('60-s-late', windowMs + graceMs, 'just over 60 s before the endpoint’s time'),
  outside('60-s-early', -(windowMs + graceMs), 'just over 60 s after the endpoint’s time'),
  outside('61-s-late', windowMs + 1000, '61 s before the endpoint’s time'),
  outside('61-s-early', -(windowMs + 1000), '61 s after the endpoint’s time'),
  outside('one-hour-late', 3_600_000, 'one hour before the endpoint’s time'),
  outside('one-hour-early', -3_600_000, 'one hour after the endpoint’s time'),
];

const agreement: Check = {
  id: 'envelope/clock-agrees',
  requirements: ['HDR-4', 'HDR-10'],
  level: 'SHOULD',
  expects: 'Has a clock that is less than 10 s from the examiner’s.',
  phase: 'verdict',
  run: async (trial) => {
    const { clock } = trial.google.world;
    if (!clock.known) throw new NotTested('no answer told the time');
    const { min, max } = clock.offsetMs;
    must(
      min < 10_000 && max > -10_000,
      `the endpoint’s clock is ${Math.round((min + max) / 2)} ms ahead of ours`,
    );
  },
};

export const clockChecks: readonly Check[] = [...edges, agreement];
