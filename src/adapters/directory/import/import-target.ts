import type { DatabaseSync } from 'node:sqlite';

/** The accounts of a directory, as an import writes them. */
export interface ImportTarget {
  /** What the rows of the file wait in: `staged` is attached to it, see `attachStaging`. */
  readonly staging: DatabaseSync;
  /** A path: what else is set aside lies beside it, where phone numbers may lie and where there is room. */
  readonly path: string;
  /**
   * All that `run` does with the accounts is one transaction, kept if it says so. No other one writes accounts meanwhile,
   * and those who look accounts up are not held up. Throws what `run` throws, with nothing kept.
   */
  transaction<T>(run: (accounts: StagedAccounts) => Promise<Outcome<T>>): Promise<T>;
  /** What was not kept is undone. */
  close(): Promise<void>;
}

export interface Outcome<T> {
  readonly keep: boolean;
  readonly result: T;
}

/** Bounds of some keys of staged rows: beyond `after`, up to and with `upto`. */
export interface Slice {
  readonly after: string;
  readonly upto: string;
}

/** Puts staged rows into the accounts, a slice of them at a time. */
export interface StagedAccounts {
  /** Creates and changes the accounts of a slice of account ids. One that is already as the file says is not written. */
  putAccounts(slice: Slice): Promise<PutAccounts>;
  /** Adds the associations of a slice of association ids; those that another account has stay its own. */
  putAssociations(slice: Slice): Promise<PutAssociations>;
  /**
   * Of a slice of account ids, the active ones whose number another active account has too, and not one of them is
   * preferred. Asked when all are put. [OQ-29, OQ-86]
   */
  sharedNumbers(slice: Slice): Promise<readonly SharedNumber[]>;
  /** How many accounts there are. Takes a while in a large directory. */
  count(): Promise<number>;
}

export interface PutAccounts {
  /** Lines of accounts that are new and have no status: they are not created. */
  readonly withoutStatus: readonly number[];
  readonly created: number;
  readonly changed: number;
  readonly closed: number;
}

export interface PutAssociations {
  /** Lines with an association id of another account. */
  readonly foreign: readonly number[];
  readonly added: number;
}

export interface SharedNumber {
  readonly line: number;
  /** Of one of the other accounts. `undefined`: the file doesn't have it. */
  readonly otherLine: number | undefined;
}
