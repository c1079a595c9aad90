import type { DatabaseSync } from 'node:sqlite';
import { isThere } from '../../../ports/file-fault.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import type { Environment } from '../../sqlite/database-kind.ts';
import { openDatabase } from '../../sqlite/open-database.ts';
import { directoryKind } from './migrations.ts';
import { requireNotMoved } from './moved-mark.ts';

/** Which file, and for which environment: the two never share one. [ENV-1] */
export interface DirectoryFile {
  readonly file: string;
  readonly environment: Environment;
}

/** How long a writer waits for another one: an import holds the lock while it applies its rows. */
const WRITER_WAIT_MS = 30_000;

/**
 * Opens the file for writing, brought to the current schema. With `create`, a missing file (and its folder) is made,
 * for its owner alone. Throws `UnavailableError`, with the file unchanged, if there is none, its accounts were moved, or as `openDatabase` does.
 */
export function openDirectoryFile(
  { file, environment }: DirectoryFile,
  { create, waitMs = WRITER_WAIT_MS }: { readonly create: boolean; readonly waitMs?: number },
): DatabaseSync {
  requireNotMoved(file);
  if (!create && !isThere(file)) {
    throw new UnavailableError(
      `there is no account directory ${file} yet: 'gsp-otp accounts import' makes one`,
    );
  }
  const access = create ? 'create' : 'write';
  return openDatabase(directoryKind, { file, environment, access, waitMs }).database;
}
