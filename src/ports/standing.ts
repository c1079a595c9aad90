import type { ChallengeEvent, ChallengeState } from './challenge.ts';
import { UNUSED_STATES } from './challenge-moves.ts';

/** A challenge of an account, as far as it tells which code is the newest that is out. */
export interface IssuedText {
  readonly requestId: string;
  readonly issuedAtMs: number;
  /** Of two that were issued in the same millisecond the newer one has the higher number. */
  readonly ordinal: number;
  /** When its newest text was handed over. */
  readonly handedOverAtMs: number;
  /** As it stands in the record. */
  readonly state: ChallengeState;
  readonly submissions: number;
  /** 0: nobody is at work on it. */
  readonly leaseExpiresAtMs: number;
}

/** How a challenge reads beside the other texts of its account. */
export interface Standing {
  readonly state: ChallengeState;
  /** The event by which a newer text superseded it; it is not in the record. */
  readonly superseded: ChallengeEvent | undefined;
}

/**
 * A code that is neither used nor void is superseded once a newer one of its account is out: its text was taken, or may
 * have been. While that is being handed over it is not, unless whoever did that is gone; once refused, it never was. Pure.
 * [OQ-14, OQ-66, OQ-28]
 *
 * `newer`: the challenges of the account that were issued and whose newest text was handed over since `own` was issued,
 * and that have a submission which was not refused; the one handed over first comes first. 256 are enough, for no account
 * has so many texts under way. It is asked only if that matters. `nowMs`: 0 where no lease is to be taken as ended by time.
 */
export function standingOf(
  own: Pick<IssuedText, 'state' | 'issuedAtMs' | 'ordinal'>,
  newer: () => readonly IssuedText[],
  nowMs: number,
): Standing {
  if (!UNUSED_STATES.includes(own.state)) return { state: own.state, superseded: undefined };
  const text = newer().find((one) => isNewer(one, own) && isOut(one, nowMs));
  if (text === undefined) return { state: own.state, superseded: undefined };
  const superseded = { atMs: text.handedOverAtMs, event: 'superseded', detail: text.requestId };
  return { state: 'superseded', superseded };
}

/** The events of a challenge: that it was issued, those in the record, and that it is superseded, if it is. */
export function storyOf(
  issuedAtMs: number,
  recorded: readonly ChallengeEvent[],
  { superseded }: Standing,
): readonly ChallengeEvent[] {
  const issued = { atMs: issuedAtMs, event: 'issued', detail: '' };
  return [issued, ...recorded, ...(superseded === undefined ? [] : [superseded])];
}

type Age = Pick<IssuedText, 'issuedAtMs' | 'ordinal'>;

function isNewer(one: Age, other: Age): boolean {
  return (
    one.issuedAtMs > other.issuedAtMs || (one.issuedAtMs === other.issuedAtMs && one.ordinal > other.ordinal)
  );
}

/** A second submission follows a first one that may have arrived. */
function isOut({ state, submissions, leaseExpiresAtMs }: IssuedText, nowMs: number): boolean {
  return submissions > 0 && (state !== 'submitting' || submissions > 1 || leaseExpiresAtMs <= nowMs);
}
