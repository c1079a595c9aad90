import type { Association, Block, CeilingBucket } from '../../ports/otp-store.ts';
import type { KeyRecord } from './key-record.ts';
import type { Row } from './rows/otp-rows.ts';

/** A store that is carried to another place, while its server goes on. */
export interface LeavingStore {
  /** Of this store alone, and of its copies. */
  readonly id: string;
  /** The place that it was moved to. `undefined`: it was not. It may go on to that one, should the move not have ended. */
  readonly movedTo: string | undefined;
  readonly keys: Pick<KeyRecord, 'checks' | 'codesBySecret'>;
  /** The ids of its requests lie in `(after, upTo]`. */
  range(): IdRange;
  /** The rows of the requests with those ids, in the order of their ids. */
  requests(range: IdRange): readonly Row[];
  /** All that it holds beside requests. */
  rest(): StoreRest;
  /**
   * From now on nobody else writes: calls are answered 503. Throws `UnavailableError` if somebody else keeps writing.
   */
  hold(): void;
  /** Marks it as moved to `where`: no server goes on with it or starts with it. Safe to repeat. */
  leave(where: string): void;
  /** Without `leave`, its server goes on. */
  close(): void;
}

export interface IdRange {
  readonly after: number;
  readonly upTo: number;
}

export interface StoreRest {
  readonly missteps: readonly Row[];
  readonly ceilings: readonly (CeilingBucket & { readonly sends: number })[];
  readonly blocks: readonly Block[];
  readonly associations: readonly Association[];
  /** What is remembered by name, such as the checks of its secrets. */
  readonly words: ReadonlyMap<string, string>;
}

/** Where a store is carried to. No server starts with it before `finish`. */
export interface EnteringStore {
  /**
   * Makes what is there within the range equal to the rows, and resolves to how many it changed once what is read back is
   * equal. Throws `UnavailableError` otherwise.
   */
  requests(range: IdRange, rows: readonly Row[]): Promise<number>;
  /** Puts it in the place of what is there. */
  rest(rest: StoreRest): Promise<void>;
  /** How many requests there are. */
  count(): Promise<number>;
  finish(): Promise<void>;
  close(): Promise<void>;
}
