import type { Ceiling, CeilingBucket, Counted } from './limits.ts';

/**
 * What the closed-account guard notes of an account that an association id named: that it was found (`seen`), and that it
 * was closed.
 */
export type Sighting = 'seen' | 'closed';

/** A closed account that an association id named, before Google is told. */
export interface ClosedOrder {
  readonly accountDigest: Uint8Array;
  readonly nowMs: number;
  /** How far back `seen` and `closed` must reach. */
  readonly sinceMs: number;
  /** What accounts are counted under, in the order of `ClosedFacts.accounts`. */
  readonly ceilings: readonly [seen: Ceiling, closed: Ceiling];
}

export interface ClosedFacts {
  /** When this account was noted as such, as in `AccountPast`. */
  readonly seen: readonly Counted[];
  readonly closed: readonly Counted[];
  /** Accounts counted so far under each of the order's ceilings. */
  readonly accounts: readonly [seen: number, closed: number];
  /** `undefined`: nobody has ever been kept waiting. */
  readonly state: ClosedState | undefined;
}

/** What the closed-account guard has found out, for all servers of a store. */
export type ClosedState =
  /** So many of the accounts seen were closed that Google is told of none until an operator confirms. */
  | {
      readonly kind: 'withheld';
      readonly sinceMs: number;
      /** Accounts within the day before that. */
      readonly seen: number;
      readonly closed: number;
    }
  /** An operator said that they are closed: until then none is withheld, and none is counted as closed. */
  | { readonly kind: 'confirmed'; readonly untilMs: number };

export interface ClosedDecision {
  /** What the account is noted as, at the order's `nowMs`. */
  readonly sightings: readonly Sighting[];
  /** One account more in each. */
  readonly raise: readonly CeilingBucket[];
  /** From now on. `undefined`: there is none, as before. */
  readonly state: ClosedState | undefined;
}

/** Pure. */
export type DecideClosed = (facts: ClosedFacts) => ClosedDecision;
