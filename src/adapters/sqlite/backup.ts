import { existsSync, realpathSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { directoryKind } from '../adapters/directory/sqlite/migrations.ts';
import {
  type BackupManifest,
  beginBackup,
  describeFile,
  finishBackup,
  readBackup,
} from '../adapters/sqlite/backup-folder.ts';
import { openPlainly } from '../adapters/sqlite/open-database.ts';
import {
  forgetPrepared,
  prepareRestored,
  putInPlace,
  requireReplaceable,
} from '../adapters/sqlite/restored-file.ts';
import { takeSnapshot } from '../adapters/sqlite/snapshot.ts';
import { endCodesOfThen } from '../adapters/storage/sqlite/end-codes.ts';
import { otpStoreKind } from '../adapters/storage/sqlite/migrations.ts';
import { lockForServer, requireNobody } from '../adapters/storage/sqlite/server-lock.ts';
import { markStore } from '../adapters/storage/sqlite/store-mark.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import { type DataSettings, directoryFileOf, otpStoreFileOf } from '../wiring/data-files.ts';

/** The databases, the store first: a directory may be kept elsewhere. */
function databasesOf(settings: DataSettings) {
  return [
    { kind: otpStoreKind, ...otpStoreFileOf(settings) },
    { kind: directoryKind, ...directoryFileOf(settings) },
  ] as const;
}

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
export async function backUp(
  settings: DataSettings,
  folder: string,
  onProgress: (progress: BackupProgress) => void,
  signal?: AbortSignal,
): Promise<BackupManifest> {
  const databases = databasesOf(settings).filter(({ file }) => existsSync(file));
  const { file: store } = otpStoreFileOf(settings);
  if (!existsSync(store)) throw new UnavailableError(`there is no database ${store} to back up`);
  const wasThere = existsSync(folder);
  beginBackup(folder);
  const madeAtMs = Date.now();
  const snapshots: { name: string; snapshot: ReturnType<typeof takeSnapshot> }[] = [];
  try {
    for (const { kind, file, environment } of databases) {
      snapshots.push({ name: basename(file), snapshot: takeSnapshot(kind, file, environment) });
    }
    for (const { name, snapshot } of snapshots) {
      signal?.throwIfAborted();
      await snapshot.copyTo(join(folder, name), (share) => onProgress({ name, share }), signal);
      snapshot.close();
    }
    const files = await Promise.all(snapshots.map(({ name }) => describeFile(folder, name)));
    signal?.throwIfAborted();
    const manifest = { format: 1, madeAtMs, environment: settings.profile, files } as const;
    finishBackup(folder, manifest);
    return manifest;
  } catch (error) {
    for (const { name } of snapshots) {
      for (const suffix of ['', '-journal']) rmSync(join(folder, name + suffix), { force: true });
    }
    if (!wasThere) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** What a backup holds. Throws `UnavailableError` if it isn't whole, or of the other environment. [ENV-1] */
export function inspectBackup(settings: DataSettings, folder: string): BackupManifest {
  const manifest = readBackup(folder);
  if (manifest.environment !== settings.profile) {
    throw new UnavailableError(
      `${folder} is a backup of the ${manifest.environment} environment, this is ${settings.profile}`,
    );
  }
  if (manifest.files.some(({ name }) => name === basename(otpStoreFileOf(settings).file))) return manifest;
  throw new UnavailableError(`${folder} holds no otp.sqlite`);
}

export interface RestoreResult {
  readonly endedCodes: number;
  /** Where the files are that were replaced. `undefined`: there were none. */
  readonly aside: string | undefined;
}

/**
 * Puts a backup in the place of the databases, and ends every code that it has as unused. All files change places, or
 * none: what is interrupted is refused by everybody until it is done again. Throws `UnavailableError`, with
 * nothing changed, if a server or another command has the databases open, they are of the other environment, or the
 * backup can't be used; and the reason of the signal, with nothing changed, if it is aborted before files change places.
 */
export async function restore(
  settings: DataSettings,
  folder: string,
  signal?: AbortSignal,
): Promise<RestoreResult> {
  const manifest = inspectBackup(settings, folder);
  const { file: store } = otpStoreFileOf(settings);
  const isThere = existsSync(settings.dataDirectory);
  if (isThere && realpathSync(folder) === realpathSync(settings.dataDirectory)) {
    throw new UnavailableError(`${folder} is the data directory itself: name another one in dataDirectory`);
  }
  const lock = lockForServer(store, openPlainly, { restoring: true });
  const databases = databasesOf(settings);
  try {
    for (const { kind, file, environment } of databases) {
      requireNobody(file, openPlainly);
      requireReplaceable(kind, file, environment);
    }
    let endedCodes = 0;
    const prepared = [];
    for (const described of manifest.files) {
      const database = databases.find(({ file }) => basename(file) === described.name);
      if (database === undefined)
        throw new UnavailableError(`${folder} holds ${described.name}, which is not known`);
      const { kind, file, environment } = database;
      const order = { from: folder, described, file, environment };
      prepared.push(
        await prepareRestored(kind, order, (restored) => {
          if (kind !== otpStoreKind) return;
          endedCodes = endCodesOfThen(restored, { madeAtMs: manifest.madeAtMs, nowMs: Date.now() });
        }),
      );
      // The checks hold up whatever else came, a signal too.
      await setImmediate();
      signal?.throwIfAborted();
    }
    const aside = join(settings.dataDirectory, `replaced-${new Date().toISOString().replaceAll(':', '')}`);
    putInPlace(prepared, aside);
    markStore(store);
    return { endedCodes, aside: existsSync(aside) ? aside : undefined };
  } finally {
    for (const { file } of databases) forgetPrepared(file);
    lock.close();
  }
}
