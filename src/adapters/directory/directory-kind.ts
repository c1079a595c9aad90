import type { KindSchema } from '../../config/kinds.ts';
import type { ValuesOf } from '../../config/values.ts';
import type {
  Account,
  AccountDirectory,
  AccountStatus,
  AssociationOutcome,
} from '../../ports/account-directory.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DataAccess, DataKind, DataTerms, SchemaChange } from '../data-kind.ts';
import type { ConnectionSettings } from '../postgres/connection-settings.ts';
import type { DatabaseFile } from '../sqlite/database-file.ts';
import type { ImportTarget } from './import/import-target.ts';
import type { EnteringAccounts, LeavingAccounts } from './moving.ts';

/** What a directory is opened by. */
export interface DirectoryTerms<Settings> extends DataTerms<Settings> {
  /** How the database of the store is reached. `undefined`: it is on no server. */
  readonly connection: ConnectionSettings | undefined;
}

/** A kind of account directories, as a row of the catalog. All but `where` load the adapter with its client library. */
export interface DirectoryKind<Schema extends KindSchema = KindSchema> extends DataKind<Schema> {
  /** The kind of store in whose database it lives, beside no other. Absent: it has a place of its own. */
  readonly store?: string;
  where(terms: DirectoryTerms<ValuesOf<Schema>>): string;
  /**
   * Opens the directory. Throws `UnavailableError`, with nothing changed, if it is missed, of the other environment or of a
   * schema that this program doesn't know. A service of somebody else's is asked nothing yet.
   */
  open(terms: DirectoryTerms<ValuesOf<Schema>>, access: DataAccess, clock: Clock): Promise<OpenedDirectory>;
  /** Of a kind whose accounts `gsp-otp accounts` keeps. Absent: they are kept by whoever runs the directory. */
  readonly accounts?: AccountsKeeper<ValuesOf<Schema>>;
  /** Of a kind that keeps them in a file of ours, which `gsp-otp` checks, backs up and restores. */
  file?(terms: DirectoryTerms<ValuesOf<Schema>>): Promise<DatabaseFile>;
}

export interface OpenedDirectory {
  readonly directory: AccountDirectory;
  /**
   * Why it can't be relied on at present; asked every few seconds. Absent: `directory.check` tells all. `undefined`: all
   * is well.
   */
  fault?(): string | undefined;
}

/** What `gsp-otp accounts`, `migrate` and `doctor` ask of a directory of ours. */
export interface AccountsKeeper<Settings> {
  /**
   * What opening it so would do to its schema; changes nothing. Throws `UnavailableError` if that can't be told, and, unless
   * it may be made, if it is missing.
   */
  inspect(terms: DirectoryTerms<Settings>, access: 'serve' | 'make'): Promise<SchemaChange>;
  /** Throws `UnavailableError` if there is no directory yet. */
  edit(terms: DirectoryTerms<Settings>): Promise<AccountEditor>;
  /** Of a kind whose accounts can be moved to another one. Throws `UnavailableError` if there are none. */
  leave?(terms: DirectoryTerms<Settings>): Promise<LeavingAccounts>;
  /** Of a kind that accounts can be moved to; the directory is made if it is missing. */
  enter?(terms: DirectoryTerms<Settings>): Promise<EnteringAccounts>;
  /** What an import writes to; the directory is made if it is missing. Throws `UnavailableError` if it can't be written. */
  importTarget(terms: DirectoryTerms<Settings>): Promise<ImportTarget>;
}

/** What one account is looked for by. */
export type AccountKey = 'accountId' | 'phoneNumber' | 'associationId';

export interface AssociatedAccount extends Account {
  readonly associationIds: readonly string[];
}

export interface AccountPage {
  readonly accounts: readonly AssociatedAccount[];
  /** The place of the last of them. `undefined`: there are none, nor behind them. */
  readonly last: number | undefined;
}

/**
 * Looks at and changes single accounts, for an operator. A running server sees each change at once. Each method is one
 * step, done or not, and throws `UnavailableError` if the directory can't be read or written.
 */
export interface AccountEditor {
  /**
   * The accounts with that value, live ones first, 100 at most, with 1000 association ids at most each. These take a
   * while in a large directory.
   */
  find(key: AccountKey, value: string): Promise<readonly AssociatedAccount[]>;

  /** `number-taken`: it can't become active, since another active account has its phone number, and not one of them is preferred. [OQ-29, OQ-86] */
  setStatus(accountId: string, status: AccountStatus): Promise<'set' | 'unknown-account' | 'number-taken'>;

  /**
   * `taken`: the association id belongs to another account, for good. `malformed`: it can't be one. Safe to call
   * twice. [FLOW-2, FLOW-4]
   */
  associate(accountId: string, associationId: string): Promise<AssociationOutcome>;

  /** The association id names no account any more. `unknown-association`: it named none. */
  dissociate(associationId: string): Promise<'dissociated' | 'unknown-association'>;

  /** With its association ids, which then name nobody, and may be given again. [OQ-97] */
  delete(accountId: string): Promise<'deleted' | 'unknown-account'>;

  /**
   * Some accounts, beginning behind the place `after`; 0: with the first. `associated`: with their association ids, which
   * takes a while in a large directory; otherwise these are empty.
   */
  page(after: number, options: { readonly associated: boolean }): Promise<AccountPage>;

  /** How many there are, whatever their status. Takes a while in a large directory. */
  count(): Promise<number>;

  close(): Promise<void>;
}
