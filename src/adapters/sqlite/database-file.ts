import type { DatabaseSync } from 'node:sqlite';
import type { DatabaseKind, Environment } from './database-kind.ts';

/** A database file of ours, as it is checked, backed up and restored. */
export interface DatabaseFile {
  readonly kind: DatabaseKind;
  readonly file: string;
  readonly environment: Environment;
  /** Keeps servers from it until it is closed. Throws `UnavailableError` if one is on it. Absent: any number may be. */
  lock?(): { close(): void };
  /**
   * Changes a copy of then before it takes its place, within one transaction. Yields how many codes that ended. Both
   * moments are on the wall clock.
   */
  change?(copy: DatabaseSync, moments: { readonly madeAtMs: number; readonly nowMs: number }): number;
  /** Done once it has taken its place. */
  placed?(): void;
}
