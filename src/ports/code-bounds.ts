/** The widest that the settings of codes can be: what was issued under others is within them too. */
export const CODE_BOUNDS = {
  /** Wrong codes after which a challenge is exhausted. [SO-13] */
  attemptsMax: 10,
  /** Life of a code, ms; NIST SP 800-63B allows at most ten minutes. [SMS-12] */
  validityMsMax: 600_000,
} as const;

/** How many entries of a list that limits count a store tells, and so the largest limit that may be set. */
export const COUNTED_MAX = 256;
