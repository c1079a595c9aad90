import type { DirectoryTerms } from '../../../src/adapters/directory/directory-kind.ts';
import type { ImportTarget } from '../../../src/adapters/directory/import/import-target.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import type { KnownAccount } from '../../contracts/directory/directory-factory.ts';

/** Where a directory of a kind can be: a place of the test's own, that goes with it. */
export interface DirectoryPlace {
  readonly terms: DirectoryTerms<Settings['directory']>;
  /** Adds accounts as they are, without any check but those of the schema. A missing directory is made. */
  fill(accounts: readonly KnownAccount[]): Promise<void>;
}

/** One whose accounts `gsp-otp accounts` keeps. */
export interface KeptPlace extends DirectoryPlace {
  /** Everything that the directory holds, by account id. A missing one is made. */
  content(): Promise<readonly KnownAccount[]>;
  /** What an import writes to. A missing one is made. */
  openTarget(): Promise<ImportTarget>;
  /** Whatever writes an account or an association meanwhile fails, as on a full disk. */
  whileFull(run: () => Promise<void>): Promise<void>;
  /** Files on this machine that are not the directory's own. */
  leftovers(): readonly string[];
}
