import { realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isThere } from '../../ports/file-fault.ts';
import type { DecideEnd } from '../../ports/otp-store.ts';
import { UnavailableError } from '../../ports/unavailable.ts';
import { type BackupManifest, beginBackup, describeFile, finishBackup, readBackup } from './backup-folder.ts';
import { check } from './check.ts';
import type { DatabaseFile } from './database-file.ts';
import { openDatabase, openPlainly, schemaVersionOf } from './open-database.ts';
import { removeAtExit } from './remove-at-exit.ts';
import { requireNobody } from './require-nobody.ts';
import {
  forgetPrepared,
  prepareRestored,
  putInPlace,
  type RestoredFile,
  requireReplaceable,
} from './restored-file.ts';
import { takeSnapshot } from './snapshot.ts';

/** Of one environment and in one folder; the first one has to be there, others may be kept elsewhere. */
export type DatabaseFiles = readonly [DatabaseFile, ...DatabaseFile[]];

export interface BackupProgress {
  /** Such as `otp.sqlite`. */
  readonly name: string;
  /** From 0 to 1; at 1 the copy is checked, which takes longest. */
  readonly share: number;
}

/**
 * Copies the databases as they are at this moment into a folder of their own, beside a running server or without one.
 * Resolves when the copies are checked and on the disk. Throws `UnavailableError`, with what was made taken away
 * again, if there is no store, the folder holds anything, or a copy isn't sound; and the reason of the signal, once it
 * is aborted.
 */
export async function backUpFiles(
  databases: DatabaseFiles,
  folder: string,
  onProgress: (progress: BackupProgress) => void,
  signal?: AbortSignal,
): Promise<BackupManifest> {
  const [first] = databases;
  if (!isThere(first.file)) throw new UnavailableError(`there is no database ${first.file} to back up`);
  const wasThere = isThere(folder);
  beginBackup(folder);
  const madeAtMs = Date.now();
  const snapshots: { name: string; snapshot: ReturnType<typeof takeSnapshot> }[] = [];
  const remove = () => {
    for (const { name } of snapshots) {
      for (const suffix of ['', '-journal']) rmSync(join(folder, name + suffix), { force: true });
    }
    if (!wasThere) rmSync(folder, { recursive: true, force: true });
  };
  const keep = removeAtExit(remove);
  try {
    for (const { kind, file, environment } of databases.filter((one) => isThere(one.file))) {
      snapshots.push({ name: basename(file), snapshot: takeSnapshot(kind, file, environment) });
    }
    for (const { name, snapshot } of snapshots) {
      signal?.throwIfAborted();
      await snapshot.copyTo(join(folder, name), (share) => onProgress({ name, share }), signal);
      snapshot.close();
    }
    const files = await Promise.all(snapshots.map(({ name }) => describeFile(folder, name, signal)));
    signal?.throwIfAborted();
    const manifest = { format: 1, madeAtMs, environment: first.environment, files } as const;
    finishBackup(folder, manifest);
    return manifest;
  } catch (error) {
    remove();
    throw error;
  } finally {
    keep();
  }
}

/** What a backup holds. Throws `UnavailableError` if it isn't whole, or of the other environment. [ENV-1] */
export function readBackupOf([first]: DatabaseFiles, folder: string): BackupManifest {
  const manifest = readBackup(folder);
  if (manifest.environment !== first.environment) {
    throw new UnavailableError(
      `${folder} is a backup of the ${manifest.environment} environment, this is ${first.environment}`,
    );
  }
  const name = basename(first.file);
  if (manifest.files.some((described) => described.name === name)) return manifest;
  throw new UnavailableError(`${folder} holds no ${name}`);
}

export interface RestoreResult {
  readonly endedCodes: number;
  /** Where the files are that were replaced. `undefined`: there were none. */
  readonly aside: string | undefined;
}

/** How codes end that were unused when a backup was made; both moments are on the wall clock. */
export type EndsOfThen = (moments: { readonly madeAtMs: number; readonly nowMs: number }) => DecideEnd;

/**
 * Puts a backup in the place of the databases, and ends its codes as `endsOfThen` has it. All files change places, or
 * none: what is interrupted is refused by everybody until it is done again. Throws `UnavailableError`, with
 * nothing changed, if a server or another command has the databases open, they are of the other environment, or the
 * backup can't be used; and the reason of the signal, with nothing changed, if it is aborted before files change places.
 */
export async function restoreFiles(
  databases: DatabaseFiles,
  folder: string,
  endsOfThen: EndsOfThen,
  signal?: AbortSignal,
): Promise<RestoreResult> {
  const manifest = readBackupOf(databases, folder);
  const dataDirectory = dirname(databases[0].file);
  if (isThere(dataDirectory) && realpathSync(folder) === realpathSync(dataDirectory)) {
    throw new UnavailableError(`${folder} is the data directory itself: name another one in dataDirectory`);
  }
  const locks: { close(): void }[] = [];
  try {
    for (const { lock } of databases) if (lock) locks.push(lock());
    const decide = endsOfThen({ madeAtMs: manifest.madeAtMs, nowMs: Date.now() });
    return await putBack(databases, folder, manifest, decide, signal);
  } finally {
    for (const lock of locks) lock.close();
  }
}

async function putBack(
  databases: DatabaseFiles,
  folder: string,
  manifest: BackupManifest,
  decide: DecideEnd,
  signal: AbortSignal | undefined,
): Promise<RestoreResult> {
  const remove = () => {
    for (const { file } of databases) forgetPrepared(file);
  };
  const keep = removeAtExit(remove);
  try {
    for (const { kind, file, environment } of databases) {
      requireNobody(file, openPlainly);
      requireReplaceable(kind, file, environment);
    }
    const prepared = await prepareAll(databases, folder, manifest, decide, signal);
    const dataDirectory = dirname(databases[0].file);
    const aside = join(dataDirectory, `replaced-${new Date().toISOString().replaceAll(':', '')}`);
    putInPlace(prepared, aside);
    for (const { placed } of databases) placed?.();
    const endedCodes = prepared.reduce((sum, one) => sum + one.endedCodes, 0);
    return { endedCodes, aside: isThere(aside) ? aside : undefined };
  } finally {
    keep();
    remove();
  }
}

async function prepareAll(
  databases: DatabaseFiles,
  folder: string,
  { files }: BackupManifest,
  decide: DecideEnd,
  signal: AbortSignal | undefined,
) {
  const prepared: (RestoredFile & { readonly endedCodes: number })[] = [];
  for (const described of files) {
    const database = databases.find(({ file }) => basename(file) === described.name);
    if (database === undefined)
      throw new UnavailableError(`${folder} holds ${described.name}, which is not known`);
    const { kind, file, environment, endCodes } = database;
    let endedCodes = 0;
    const order = { from: folder, described, file, environment, signal };
    const restored = await prepareRestored(kind, order, (copy) => {
      endedCodes = endCodes?.(copy, decide) ?? 0;
    });
    prepared.push({ ...restored, endedCodes });
    // Bringing it to the schema of now holds up whatever else came, a signal too.
    await setImmediate();
    signal?.throwIfAborted();
  }
  return prepared;
}

/**
 * Goes through every page of a database, if it is there, beside a running server or without one; about 2 ms a MiB.
 * Throws `UnavailableError` if it is damaged, or not as this program makes it.
 */
export function checkFile({ kind, file, environment }: DatabaseFile): void {
  if (schemaVersionOf(kind, file) === 0) return;
  const { database } = openDatabase(kind, { file, environment, access: 'read', waitMs: BUSY_MS_MAX });
  try {
    check(database, file, 'quick');
  } finally {
    database.close();
  }
}

/** A reader waits only for the moment in which a crashed writer's log is cleaned up. */
const BUSY_MS_MAX = 100;
