import type { KindSchema } from '../../config/kinds.ts';
import type { ValuesOf } from '../../config/values.ts';
import type { Nodes } from '../../ports/otp-store/nodes.ts';
import type { OtpStore } from '../../ports/otp-store.ts';
import type { DataAccess, DataKind, DataTerms, SchemaChange } from '../data-kind.ts';
import type { DatabaseFile } from '../sqlite/database-file.ts';
import type { KeyRecord } from './key-record.ts';
import type { EnteringStore, LeavingStore } from './moving.ts';

/**
 * As `DataAccess`; or `beside`: to change what is there in short steps while servers use it. It must be there, and of this
 * program's schema.
 */
export type StoreAccess = DataAccess | 'beside';

/** A kind of stores, as a row of the catalog. All but `where` load the adapter with its client library. */
export interface StoreKind<Schema extends KindSchema = KindSchema> extends DataKind<Schema> {
  /**
   * Opens the store. To serve, it is expected in production, and wherever one was made before: a store that was lost would
   * process again what was answered. Throws `UnavailableError`, with nothing changed, if it is missed, of the
   * other environment or of a schema that this program doesn't know, or is somebody's who suffers no second server.
   */
  open(terms: DataTerms<ValuesOf<Schema>>, access: StoreAccess): Promise<OpenedStore>;
  /**
   * What opening it so would do to its schema; changes nothing. Throws `UnavailableError` if that can't be told, and, unless
   * it may be made, if one was made there before and is missing.
   */
  inspect(terms: DataTerms<ValuesOf<Schema>>, access: 'serve' | 'make'): Promise<SchemaChange>;
  /**
   * Fingerprints of keys that it remembers as revoked, of an older schema too; asked beside a running server or without
   * one. Empty: none, or there is no store. Throws `UnavailableError` if it can't be asked. [OQ-79]
   */
  revokedKeys(terms: DataTerms<ValuesOf<Schema>>): Promise<readonly string[]>;
  /**
   * Of a kind that lives on a server: what had better be changed there, with what mends it. Throws
   * `UnavailableError` if it can't be asked, or can't do what calls need.
   */
  advice?(
    terms: DataTerms<ValuesOf<Schema>>,
  ): Promise<readonly { readonly finding: string; readonly remedy: string }[]>;
  /** Of a kind that keeps it in a file of ours, which `gsp-otp` checks, backs up and restores. */
  file?(terms: DataTerms<ValuesOf<Schema>>): Promise<DatabaseFile>;
  /** Opens a store that is to be carried elsewhere. Throws `UnavailableError`. Absent: none can be. */
  leave?(terms: DataTerms<ValuesOf<Schema>>): Promise<LeavingStore>;
  /**
   * Makes the place that a store is carried to, or goes on with it in the place of whoever began. Throws `UnavailableError`,
   * with nothing changed, if the place is used otherwise, or if the store was moved already, there or elsewhere. Absent:
   * none can be carried there.
   */
  enter?(
    terms: DataTerms<ValuesOf<Schema>>,
    leaving: Pick<LeavingStore, 'id' | 'movedTo'>,
  ): Promise<EnteringStore>;
}

export interface OpenedStore {
  readonly store: OtpStore;
  /** It was made when it was opened, so that nothing is remembered in it. */
  readonly isNew: boolean;
  readonly keys: KeyRecord;
  /** Absent: it has one server. */
  readonly nodes?: Nodes;
  /** Why it can't be relied on at present; asked every few seconds. Absent: `store.check` tells all. `undefined`: all is well. */
  fault?(): string | undefined;
}
