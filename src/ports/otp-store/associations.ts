/**
 * An association id that came through this server, with the account that it names; or that names none any more, for good. The account
 * directory learns of it afterwards, if it keeps association ids; until then the store's word counts. Kept for good. [FLOW-2, FLOW-4]
 */
export interface Association {
  /** Keyed digest of the association id, 16 bytes. */
  readonly digest: Uint8Array;
  /** Keyed digest of the account id, 16 bytes. */
  readonly accountDigest: Uint8Array;
  /** Both ids, sealed. */
  readonly sealed: Uint8Array;
  /** Request id of the attempt that it came about in; empty: nobody knows. At most 100 characters. */
  readonly attempt: string;
  readonly state: 'associated' | 'removed';
  /** Whether the account directory has been told of the state. */
  readonly isTold: boolean;
  /** When it got into that state. */
  readonly atMs: number;
}

export interface UntoldOrder {
  /** Those with a digest after it, byte by byte, in their order; of no bytes: from the first one on. */
  readonly after: Uint8Array;
  readonly rowsMax: number;
}

/** What an association is from now on. `undefined`: it stays as it is, or stays unknown. Pure. */
export type DecideAssociation = (known: Association | undefined) => Association | undefined;
