/** An account as it is carried to another place. An absent number or language is `null`. */
export interface CarriedAccount {
  readonly account_id: string;
  readonly status: string;
  readonly phone_number: string | null;
  readonly language: string | null;
  readonly preferred: boolean;
  readonly revision: number;
}

export interface CarriedAssociation {
  readonly association_id: string;
  readonly account_id: string;
}

/** Accounts that are carried to another place, while they are used. */
export interface LeavingAccounts {
  /** Another one after each change of any of them. */
  version(): number;
  /** All of them, a part at a time. */
  accounts(): Iterable<readonly CarriedAccount[]>;
  associations(): Iterable<readonly CarriedAssociation[]>;
  /** Notes that they are in `where` now: nobody changes them here any more. Safe to repeat. */
  leave(where: string): void;
  close(): void;
}

/** Where accounts are carried to. */
export interface EnteringAccounts {
  /**
   * Adds them, or makes those that are there equal to them, until what is read back is equal. Throws `UnavailableError`
   * otherwise.
   */
  accounts(accounts: readonly CarriedAccount[]): Promise<void>;
  /** The same, once the accounts are there. */
  associations(associations: readonly CarriedAssociation[]): Promise<void>;
  close(): Promise<void>;
}
