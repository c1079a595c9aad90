import { DAY_MS } from '../../ports/clock.ts';
import type {
  Ceiling,
  ClosedDecision,
  ClosedFacts,
  ClosedOrder,
  ClosedState,
} from '../../ports/otp-store.ts';
import { bucketsAt } from './text-counts.ts';

/**
 * The defence against a directory that takes customers for closed, as a broken deployment or a wrong file would have it:
 * each ACCOUNT_CLOSED destroys a payment instrument for good. Counted are the accounts that association ids named, each once
 * a day: Google alone names those, while anybody can type numbers of closed accounts. [SO-11, OQ-95]
 */
export interface ClosedGuardPolicy {
  /** What part of the accounts may be closed, above 0, up to 1. */
  readonly share: number;
  /** So many accounts must have been seen within a day, ≥ 1, */
  readonly seenMin: number;
  /** and so many of them closed, ≥ 1, before the share says anything. */
  readonly closedMin: number;
}

/** How far back it asks whether an account was noted: within that, each counts once. */
export const CLOSED_GUARD_REACH_MS = DAY_MS;

/** Of twelve parts; with the one that has begun they reach no further back than that. */
const WINDOW_MS = 12 * Math.floor(CLOSED_GUARD_REACH_MS / 13);

/** Accounts that an association id named, and those of them that were closed. */
const SEEN: Ceiling = { subject: 'accounts:seen', windowMs: WINDOW_MS };
const CLOSED: Ceiling = { subject: 'accounts:closed', windowMs: WINDOW_MS };

/** Whether an account was not noted as such within a day. Pure. */
export function isNewSighting(noted: ClosedFacts['seen'], nowMs: number): boolean {
  return noted.every(({ atMs }) => atMs <= nowMs - CLOSED_GUARD_REACH_MS);
}

/** Where an account that is seen at that moment is counted. */
export function seenBuckets(nowMs: number): ClosedDecision['raise'] {
  return bucketsAt([SEEN], nowMs);
}

/** What the store is asked about a closed account. */
export function closedOrderFor(accountDigest: Uint8Array, nowMs: number): ClosedOrder {
  return { accountDigest, nowMs, sinceMs: nowMs - CLOSED_GUARD_REACH_MS, ceilings: [SEEN, CLOSED] };
}

/**
 * Counts a closed account, once a day, and withholds it and all others from when too many are closed until an operator
 * confirms. While they are withheld or confirmed nothing is counted: no retry feeds it. Pure.
 */
export function judgeClosed(facts: ClosedFacts, policy: ClosedGuardPolicy, nowMs: number): ClosedDecision {
  if (isSettled(facts.state, nowMs)) return { sightings: [], raise: [], state: facts.state };
  const isSeen = isNewSighting(facts.seen, nowMs);
  const isClosed = isNewSighting(facts.closed, nowMs);
  const seen = facts.accounts[0] + Number(isSeen);
  const closed = facts.accounts[1] + Number(isClosed);
  return {
    sightings: [...(isSeen ? (['seen'] as const) : []), ...(isClosed ? (['closed'] as const) : [])],
    raise: bucketsAt([...(isSeen ? [SEEN] : []), ...(isClosed ? [CLOSED] : [])], nowMs),
    state: isPlausibleShare(closed, seen, policy)
      ? facts.state
      : { kind: 'withheld', sinceMs: nowMs, seen, closed },
  };
}

/** Whether so many closed ones of so many accounts may be right, as far as that can be told from numbers. Pure. */
export function isPlausibleShare(
  closed: number,
  seen: number,
  { share, seenMin, closedMin }: ClosedGuardPolicy,
): boolean {
  return seen < seenMin || closed < closedMin || closed <= share * seen;
}

/** Whether it says by itself what Google is told of a closed account: nothing, or that it is closed. */
export function isSettled(state: ClosedState | undefined, nowMs: number): boolean {
  return state?.kind === 'withheld' || (state?.kind === 'confirmed' && nowMs < state.untilMs);
}
