/**
 * Where the milliseconds of one request go: `requests.budgetMs`, 2500 unless it is set, from the arrival of the body to the
 * sealed answer. [OPS-2] It is here, and not in the domain, because gateways cut their share from the same table.
 *
 * ```
 * 0                                                                       1950     2250   2500
 * ├ open ┬ recall ┬ directory ┬ issue ┬ gateways ─────────────────────────┬ settle ┬ seal ┤
 *                                     │                                   │        └ sealShare of the whole
 *                                     │                                   └ settleMs, then the answer is 503
 *                                     └ what is left over, all of it:
 *     one gateway     ├ connect ≤ connectShare ┬ write, and wait for the answer ──────────┤
 *     one that hangs  ├ stalledShare: counts as failed for the breaker ┤ … is waited for ─┤
 *     an SMPP session ├ session, pace, window ≤ half ┬ submit_sm, and wait ──────────────┤
 *     failover        ├ first, less attemptMsMin + timerLagMs for each that comes after ┤ next ┤
 * ```
 *
 * A share is a part of what is left when its step begins. A least stands beside it where a short budget would leave too little.
 */
export const BUDGET = {
  /** The longest that `requests.budgetMs` may be: Google waits for 5 s. [OPS-2] */
  longestMs: 4900,
  /**
   * How long a request belongs to the process that took it up; then another process on the same store may. Twice the longest,
   * so that it outlives its holder's work and no second text is sent. [IDEM-11]
   */
  leaseMs: 10_000,
  /** Of the whole, for sealing: until then all else must be done, and what can't be sealed by the end has no body. */
  sealShare: 0.1,
  /** Of the whole, for a twin of a request to wait. Whoever waits into what is for sealing is told 503 and not 409. [OQ-8] */
  twinWaitShare: 0.8,
  /** Of what is worked in, for recording what became of a text. */
  settleMs: 300,
  /** What a gateway usually needs for an answer: with less left, another one is not asked. */
  attemptMsMin: 500,
  /** By so much a timer may be late on a busy machine. */
  timerLagMs: 50,
  /**
   * Until a connection to a gateway is there. Of the default budget it is more than the second after which systems repeat
   * a lost packet of a connection's, and leaves enough to ask the next gateway.
   */
  connectShare: 0.6,
  connectMsMin: 300,
  /**
   * Without an answer after so much of its time, a gateway counts as failed, and not only when its time is over: of one
   * that stalls, every text that comes until it rests is lost. But never before the least: one that is asked second may
   * have half a second in all, and sound ones need some hundred milliseconds, and more for a new connection.
   */
  stalledShare: 0.6,
  stalledMsMin: 500,
  /** Until an SMPP session, its pace and a place in its window are there, where another gateway can still be asked. */
  readyShare: 0.5,
  /** Where none can, a text waits for all of it but what an answer usually takes. */
  answerMs: 300,
} as const;
