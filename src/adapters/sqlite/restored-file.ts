import { createReadStream, createWriteStream, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { isThere } from '../../ports/file-fault.ts';
import { UnavailableError } from '../../ports/unavailable.ts';
import { type BackedUpFile, describeFile, syncToDisk } from './backup-folder.ts';
import { checkThroughout } from './check.ts';
import type { DatabaseKind, Environment } from './database-kind.ts';
import { openingFailure } from './failure.ts';
import { pendingFileOf } from './half-restored.ts';
import { filesOf } from './judge-files.ts';
import { GUARDED, giveToOwnerOfFolder, openDatabase } from './open-database.ts';
import { inOneTransaction } from './transaction.ts';

/** A copy of a backup beside the file whose place it is to take. */
export interface RestoredFile {
  readonly file: string;
  readonly prepared: string;
}

/**
 * Copies a file of a backup beside the one that it will replace, and makes it fit to be served from: whole, sound, of
 * this environment and brought to this program's schema. `change` is made in one transaction. Throws
 * `UnavailableError` that says why not, or the reason of the signal; nothing was changed but that copy then, which
 * `forgetPrepared` takes away.
 */
export async function prepareRestored(
  kind: DatabaseKind,
  order: PrepareOrder,
  change: (database: DatabaseSync) => void,
): Promise<RestoredFile> {
  const { from, described, file, signal } = order;
  const source = join(from, described.name);
  const prepared = `${file}.restoring`;
  forgetPrepared(file);
  try {
    if (!isThere(source)) throw new UnavailableError('is not there: the backup lost it');
    await pipeline(createReadStream(source), createWriteStream(prepared, { mode: 0o600 }), { signal });
    await makeFit(kind, order, prepared, change);
    return { file, prepared };
  } catch (error) {
    signal?.throwIfAborted();
    const reason = openingFailure(error, prepared);
    if (!(reason instanceof UnavailableError)) throw reason;
    // What is wrong with the copy is wrong with the backup.
    const words = reason.message.replace(`${prepared} `, '');
    throw new UnavailableError(`${source} ${words}`, { cause: reason.cause });
  }
}

/**
 * Throws `UnavailableError` if the present file is of the other environment. One that can't be read may be replaced: it
 * is what backups are for. [ENV-1]
 */
export function requireReplaceable(kind: DatabaseKind, file: string, environment: Environment): void {
  const found = isThere(file) ? environmentOf(kind, file) : undefined;
  if (found === environment || (found !== 'sandbox' && found !== 'production')) return;
  throw new UnavailableError(
    `${file} belongs to the ${found} environment, this is ${environment}: each environment needs files of its own`,
  );
}

function environmentOf({ readEnvironment }: DatabaseKind, file: string): unknown {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true, ...GUARDED });
    return database.prepare(readEnvironment).get()?.['environment'];
  } catch {
    return undefined;
  } finally {
    database?.close();
  }
}

/** Takes away a copy that has not taken its place. Safe to call when there is none. */
export function forgetPrepared(file: string): void {
  for (const one of filesOf(`${file}.restoring`)) rmSync(one, { force: true });
}

async function makeFit(
  kind: DatabaseKind,
  { described, environment, signal }: PrepareOrder,
  prepared: string,
  change: (database: DatabaseSync) => void,
): Promise<void> {
  giveToOwnerOfFolder(prepared);
  // The copy is judged, so that nothing can change between judging and using it.
  const found = await describeFile(dirname(prepared), `${described.name}.restoring`, signal);
  if (found.bytes !== described.bytes || found.sha256 !== described.sha256) {
    throw new UnavailableError('is not what was backed up: it was changed or cut since');
  }
  unmark(prepared, kind);
  const { database } = openDatabase(kind, { file: prepared, environment, access: 'write', waitMs: 0 });
  try {
    await checkThroughout(prepared, signal);
    inOneTransaction(database, () => change(database));
    database.exec('PRAGMA journal_mode = DELETE');
  } finally {
    database.close();
  }
  syncToDisk(prepared);
}

export interface PrepareOrder {
  /** Folder of the backup. */
  readonly from: string;
  readonly described: BackedUpFile;
  /** Whose place it will take. */
  readonly file: string;
  readonly environment: Environment;
  readonly signal: AbortSignal | undefined;
}

function unmark(file: string, { applicationId, backupId, name }: DatabaseKind): void {
  const database = new DatabaseSync(file, GUARDED);
  try {
    const found = database.prepare('SELECT application_id AS id FROM pragma_application_id').get()?.['id'];
    if (found !== backupId) throw new UnavailableError(`is no backup of ${name}`);
    database.exec(`PRAGMA application_id = ${applicationId}`);
  } finally {
    database.close();
  }
}

/**
 * Puts the prepared files in the place of the present ones, which go with their logs into the folder `aside`. Killed at
 * any moment, either nothing has changed, or `refuseHalfRestored` keeps everybody from what is there until it is done
 * again. Nobody may have the files open.
 */
export function putInPlace(files: readonly RestoredFile[], aside: string): void {
  const folder = dirname(aside);
  const pending = pendingFileOf(folder);
  writeFileSync(pending, 'gsp-otp restore was interrupted: run it again.\n', { mode: 0o600 });
  syncToDisk(pending);
  syncToDisk(folder);
  const replaced = files.flatMap(({ file }) => filesOf(file)).filter((present) => isThere(present));
  if (replaced.length > 0) {
    mkdirSync(aside, { mode: 0o700 });
    giveToOwnerOfFolder(aside);
  }
  for (const present of replaced) renameSync(present, join(aside, present.slice(folder.length + 1)));
  for (const { file, prepared } of files) renameSync(prepared, file);
  syncToDisk(folder);
  rmSync(pending);
  syncToDisk(folder);
}
