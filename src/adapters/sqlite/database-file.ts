import type { DatabaseSync } from 'node:sqlite';
import type { DecideEnd } from '../../ports/otp-store.ts';
import type { DatabaseKind, Environment } from './database-kind.ts';

/** A database file of ours, as it is checked, backed up and restored. */
export interface DatabaseFile {
  readonly kind: DatabaseKind;
  readonly file: string;
  readonly environment: Environment;
  /** Keeps servers from it until it is closed. Throws `UnavailableError` if one is on it. Absent: any number may be. */
  lock?(): { close(): void };
  /**
   * Asks about every code that is neither used nor void in a copy of then, before it takes its place, within one
   * transaction. Yields how many were ended. Absent: it holds no codes.
   */
  endCodes?(copy: DatabaseSync, decide: DecideEnd): number;
  /** Done once it has taken its place. */
  placed?(): void;
}
