import type {
  Association,
  Block,
  CeilingBucket,
  Counted,
  Misstep,
  Sighting,
} from '../../../ports/otp-store.ts';
import type { RequestImage } from './row-columns.ts';

/** What a row had when it was read. `undefined`: it was not there. */
export type Version = string | undefined;

/** All that one step writes, and what must still stand for it to be written. */
export interface Change {
  readonly rows: readonly RowChange[];
  readonly subjects: readonly SubjectChange[];
  readonly ceilings: readonly CeilingChange[];
  readonly missteps: readonly MisstepChange[];
  readonly blocks: readonly Block[];
  readonly associations: readonly AssociationChange[];
}

export interface RowChange {
  readonly image: RequestImage;
  readonly based: Version;
  /**
   * What it adds to `events`, where no other step adds the same: by it a try is found that was changed again before its
   * server knew that it was written. Absent: a row that was changed again does no harm.
   */
  readonly trace?: string;
}

/** An account or a phone number gets another version. */
export interface SubjectChange {
  readonly digest: Uint8Array;
  /** Absent: whatever version it had, it gets another one. */
  readonly based?: { readonly version: Version };
  /** Of the request that changes it. */
  readonly receivedAtMs: number;
  /** Its number is verified by the code of that request. */
  readonly isVerified?: boolean;
}

export interface CeilingChange extends CeilingBucket {
  /** Texts more, or fewer. */
  readonly delta: number;
  /** What `raised` grows by. */
  readonly raised: number;
  /** Absent: whatever was counted meanwhile, it is written. */
  readonly based?: {
    /** As it was read. */
    readonly raised: number;
    /** By how much it may have grown since. */
    readonly slack: number;
  };
}

export interface MisstepChange extends Counted {
  readonly subject: Uint8Array;
  readonly kind: Misstep | Sighting | 'refused';
}

/** Of a digest that had that version. */
export interface AssociationChange {
  readonly association: Association;
  readonly based: Version;
}

export const NO_CHANGE: Change = {
  rows: [],
  subjects: [],
  ceilings: [],
  missteps: [],
  blocks: [],
  associations: [],
};

/** One text fewer in each. */
export function lowering(buckets: readonly CeilingBucket[]): readonly CeilingChange[] {
  return buckets.map((bucket) => ({ ...bucket, delta: -1, raised: 0 }));
}
