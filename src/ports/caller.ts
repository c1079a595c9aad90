/**
 * What the connection that a request came on has shown so far. It decides what is worked on first when there is more
 * than can be done, and whether a refusal is worth a signature. It never decides what is answered. Addresses don't come
 * into it. [TLS-7, OQ-60]
 */
export interface Caller {
  /** Whether what comes on it has a share in the capacity that is kept for those who proved themselves. */
  readonly proved: boolean;
  /** ≥ 0; of those not proved, who has the lower rank goes first: whoever asked for less lately. */
  readonly rank: number;
  /** A message came on it that was opened, well signed, in time and new: nobody but the peer can have made it. */
  prove(): void;
  /** Something that came on it was refused, and might have come from anybody. */
  offend(): void;
}

/** Who calls without a connection, from within this process. */
export const TRUSTED_CALLER: Caller = {
  proved: true,
  rank: 0,
  prove: () => undefined,
  offend: () => undefined,
};

/** What a caller of the internal API may be allowed: each of its operations needs one of them. */
export const SCOPES = ['consume', 'associate', 'revoke', 'read', 'erase'] as const;

export type Scope = (typeof SCOPES)[number];
