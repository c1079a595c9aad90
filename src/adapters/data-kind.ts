import type { KindRule, KindSchema } from '../config/kinds.ts';
import type { ValuesOf } from '../config/values.ts';

/** What a store or a directory of any kind is opened by. */
export interface DataTerms<Settings> {
  readonly settings: Settings;
  /** Sandbox and production share nothing. [ENV-1] */
  readonly environment: 'sandbox' | 'production';
  /** For what is kept on this machine. */
  readonly dataDirectory: string;
}

/**
 * `serve`: to go on with what is there, as a server does; it is brought to this program's schema, and missed if it is
 * expected and not there. `make`: the same, and made where it is missing. `read`: to look at it beside a running
 * server; nothing is made or changed.
 */
export type DataAccess = 'serve' | 'make' | 'read';

/** What opening does to a schema of ours. */
export interface SchemaChange {
  /** 0: there is none yet. */
  readonly fromVersion: number;
  readonly toVersion: number;
}

/** What rows of the catalogs of stores and of directories have in common. */
export interface DataKind<Schema extends KindSchema = KindSchema> {
  readonly kind: Schema['properties']['kind']['const'];
  readonly settings: Schema;
  readonly rules: readonly KindRule<ValuesOf<Schema>>[];
  /** Where it is, as operators are told, such as a file; no credential is in it. Loads nothing. */
  where(terms: DataTerms<ValuesOf<Schema>>): string;
}
