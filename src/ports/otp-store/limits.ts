/** A ceiling over many accounts: texts within a sliding window. */
export interface Ceiling {
  /** What is counted together, such as `country:BR` or `global`. At most 64 characters. */
  readonly subject: string;
  /** Counted in twelfths of it, the oldest one wholly: never more than the limit in any window of this length. */
  readonly windowMs: number;
}

/** The twelfth of a ceiling's window in which one text is counted. */
export interface CeilingBucket extends Ceiling {
  /** As `bucketAt` numbers them. */
  readonly bucket: number;
}

/** Where one text is counted. What is given back is given back there, whatever the settings are by then. */
export interface TextCounts {
  /** Under the ceilings. */
  readonly sends: readonly CeilingBucket[];
  /** By the money guard as unverified. Empty: it was off, or the code was verified since. */
  readonly unverified: readonly CeilingBucket[];
}

/** Something that a limit counts: when, and how often then, ≥ 1. */
export interface Counted {
  readonly atMs: number;
  readonly times: number;
}

/**
 * What the limits of a phone number count, since the order's `sinceMs`, newest first. Of each list at most `COUNTED_MAX`
 * entries are told, and every entry counts: enough for any limit, however long the history.
 */
export interface PhoneNumberPast {
  /** Texts that left, may have left, or are being handed over, of other requests than this one. */
  readonly texts: readonly Counted[];
  /** Texts that a gateway refused. */
  readonly refusedTexts: readonly Counted[];
}

/** The same for an account. */
export interface AccountPast extends PhoneNumberPast {
  readonly wrongCodes: readonly Counted[];
  /** Codes that came for a challenge that could not be verified any more, and weren't compared. */
  readonly uncomparedCodes: readonly Counted[];
  /** When a challenge was exhausted. */
  readonly exhaustions: readonly Counted[];
  /** When the closed-account guard noted that an association id named it. */
  readonly seen: readonly Counted[];
}

/** What a code that was typed counts as. Kept apart from its challenge, whatever becomes of that. */
export type Misstep = 'wrong' | 'uncompared' | 'exhausted';
