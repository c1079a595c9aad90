import type { Ceiling } from './limits.ts';

/** What the money guard counts a text under, and what it weighs that against: three subjects, all of one window. */
export interface GuardOrder {
  /** Unverified texts. */
  readonly unverified: readonly [Ceiling, Ceiling, Ceiling];
  /** Verified texts of the same subjects, in the same order. */
  readonly verified: readonly [Ceiling, Ceiling, Ceiling];
}

/** A subject that the money guard sends no texts to for a while, or would not if it were enforced. */
export interface Block {
  /** Of `GuardOrder.unverified`: whose unverified texts were too many. */
  readonly subject: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Texts within the window when the block began. */
  readonly unverified: number;
  readonly verified: number;
}

/**
 * What the money guard knows. The lists are in the order of `GuardOrder`. What is rarely needed is gathered when it is
 * asked for, which must be within `decide`.
 */
export interface GuardFacts {
  readonly unverified: readonly number[];
  verified(): readonly number[];
  /** The block of each subject that has not ended. */
  readonly blocks: readonly (Block | undefined)[];
  /** Whether a code that was sent to the same number was ever verified, as far as requests are kept. */
  numberVerified(): boolean;
}

/** Which budget of the money guard a text is over; never told on the wire. */
export type GuardBudget = 'unverifiedPerCountry' | 'unverifiedPerRange' | 'unverifiedPerPrefix';

/** What stands against a text, and what the money guard makes of it. */
export interface GuardFinding {
  readonly budget: GuardBudget;
  /** `enforce`: it is refused. It goes where the guard only looks (`observe`), or its number verified before (`exempt`). */
  readonly mode: 'enforce' | 'observe' | 'exempt';
}

/** What the money guard has to say about a text. */
export interface GuardVerdict {
  /** Blocks to begin, each in the place of one that its subject had. */
  readonly begin: readonly Block[];
  /** For log and metrics, of no use to a store. `undefined`: nothing stands against it. */
  readonly finding?: GuardFinding | undefined;
}
