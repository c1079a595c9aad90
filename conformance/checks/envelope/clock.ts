import { type Answer, responseTimestampMs } from '../../google/answer.ts';
import type { Check } from '../check.ts';
import { expectError, expectRead } from '../expectations.ts';
import type { Trial } from '../trial.ts';
import { must, NotTested } from '../verdicts.ts';

const windowMs = 60_000;
/** What an endpoint may have spent between its look at the clock and its responseTimestamp, at the least. */
const graceMs = 300;
const attemptsMax = 3;

interface Aged {
  readonly answer: Answer;
  /** How old the request was when the endpoint looked at it: between these two. Below zero it was early. */
  readonly ageMinMs: number;
  readonly ageMaxMs: number;
}

async function aged(trial: Trial, ageMs: number): Promise<Aged> {
  const { clock } = trial.google.world;
  if (!clock.known) throw new NotTested('needs a responseTimestamp to know the endpoint’s clock');
  const timestampMs = clock.nowMs() - ageMs;
  const answer = await trial.probe({ timestampMs });
  const { min, max } = clock.offsetMs;
  // It can't have looked before the request left, nor after the time that it put on its answer.
  const answeredMs = responseTimestampMs(answer) ?? answer.http.receivedAtMs + max;
  return {
    answer,
    ageMinMs: answer.http.sentAtMs + min - timestampMs,
    ageMaxMs: answeredMs - timestampMs,
  };
}

/** Tries until the clocks prove on which side of the line the request arrived. */
async function proved(trial: Trial, ageAt: AgeAt, proof: (request: Aged) => boolean): Promise<Aged> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const request = await aged(trial, ageAt(attempt));
    if (proof(request)) return request;
  }
  throw new NotTested('the line is too slow to tell on which side of 60 s a request arrives');
}

/** The age to try, further from the line with each attempt if it is a matter of milliseconds. */
type AgeAt = (attempt: number) => number;
type Edge = readonly [name: string, what: string, ageAt: AgeAt];

const late =
  (fromLineMs: number): AgeAt =>
  () =>
    windowMs + fromLineMs;
const early =
  (fromLineMs: number): AgeAt =>
  () =>
    -(windowMs + fromLineMs);
const justLate =
  (side: 1 | -1): AgeAt =>
  (attempt) =>
    windowMs + side * attempt * graceMs;
const justEarly =
  (side: 1 | -1): AgeAt =>
  (attempt) =>
    -(windowMs + side * attempt * graceMs);

function inside([name, what, ageAt]: Edge): Check {
  return {
    id: `envelope/clock-accepts-${name}`,
    requirements: ['HDR-4', 'OQ-18'],
    level: 'MUST',
    expects: `Accepts a requestTimestamp ${what}.`,
    run: async (trial) => {
      const within = ({ ageMinMs, ageMaxMs }: Aged) => ageMinMs >= -windowMs && ageMaxMs <= windowMs;
      expectRead((await proved(trial, ageAt, within)).answer);
    },
  };
}

function outside([name, what, ageAt]: Edge): Check {
  return {
    id: `envelope/clock-refuses-${name}`,
    requirements: ['HDR-4', 'OQ-18'],
    level: 'MUST',
    expects: `Refuses a requestTimestamp ${what} with 400 REQUEST_TIMESTAMP_OUT_OF_RANGE.`,
    run: async (trial) => {
      const beyond = ({ ageMinMs, ageMaxMs }: Aged) => ageMinMs > windowMs || ageMaxMs < -windowMs;
      const { answer } = await proved(trial, ageAt, beyond);
      expectError(answer, 400, 'REQUEST_TIMESTAMP_OUT_OF_RANGE');
    },
  };
}

const accepted: readonly Edge[] = [
  ['59-s-late', '59 s before the endpoint’s time', late(-1000)],
  ['59-s-early', '59 s after the endpoint’s time', early(-1000)],
  ['60-s-late', 'as near to 60 s before the endpoint’s time as the line permits', justLate(-1)],
  ['60-s-early', 'as near to 60 s after the endpoint’s time as the line permits', justEarly(-1)],
];

const refused: readonly Edge[] = [
  ['60-s-late', 'just over 60 s before the endpoint’s time', justLate(1)],
  ['60-s-early', 'just over 60 s after the endpoint’s time', justEarly(1)],
  ['61-s-late', '61 s before the endpoint’s time', late(1000)],
  ['61-s-early', '61 s after the endpoint’s time', early(1000)],
  ['one-hour-late', 'one hour before the endpoint’s time', late(3_540_000)],
  ['one-hour-early', 'one hour after the endpoint’s time', early(3_540_000)],
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

export const clockChecks: readonly Check[] = [...accepted.map(inside), ...refused.map(outside), agreement];
