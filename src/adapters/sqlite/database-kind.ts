/** Sandbox and production share nothing, so a database belongs to one of them for good. [ENV-1] */
export type Environment = 'sandbox' | 'production';

/** One kind of database file of ours: how it is told from all others, and what schema it has. */
export interface DatabaseKind {
  /** In messages, such as `an account directory`. */
  readonly name: string;
  /** Marks a file as one of this kind, in its header. */
  readonly applicationId: number;
  /** Marks a copy that waits to be restored, which no server may take for its database. */
  readonly backupId: number;
  /**
   * Forward only; the n-th leads to version n. One that was released is never edited, not even its white space, since
   * a file is compared with what they make; another one is added.
   */
  readonly migrations: readonly string[];
  /** Yields the environment that the file belongs to, as `environment`. */
  readonly readEnvironment: string;
  /** Writes it down, given as the only parameter, when the file is made. */
  readonly writeEnvironment: string;
}

/** Schema versions before and after opening; 0: the database was new. */
export interface MigrationResult {
  readonly fromVersion: number;
  readonly toVersion: number;
}
