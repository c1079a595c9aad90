import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openDirectoryFile } from './adapters/directory/directory-file.ts';
import { migrations as directoryMigrations } from './adapters/directory/migrations.ts';
import { SCHEMA_VERSION } from './adapters/storage/migrations.ts';
import { openSqliteOtpStore } from './adapters/storage/otp-store.ts';
import { directoryFileOf } from './compose-accounts.ts';
import type { Settings } from './config/settings.ts';
import type { OtpStore } from './ports/otp-store.ts';
import { UnavailableError } from './ports/unavailable.ts';

/** The settings that the embedded databases depend on. */
export type StoreSettings = Pick<Settings, 'profile' | 'dataDirectory'>;

/** Where the embedded OTP store is. */
export function otpStoreFileOf({ profile, dataDirectory }: StoreSettings) {
  return { file: join(dataDirectory, 'otp.sqlite'), environment: profile };
}

/**
 * The OTP store to look at, beside a running server; every writing step of it is refused. Throws
 * `UnavailableError` if there is none.
 */
export function openStoreForReading(settings: StoreSettings): OtpStore {
  const { file, environment } = otpStoreFileOf(settings);
  if (!existsSync(file)) throw new UnavailableError(`there is no database ${file} yet: a server makes it`);
  return openSqliteOtpStore({ file, environment, readOnly: true });
}

/** One database and its schema versions; 0: it is not there. */
export interface DatabaseMigration {
  readonly file: string;
  readonly fromVersion: number;
  readonly toVersion: number;
}

/**
 * Brings the embedded databases to this program's schema versions; with `dryRun` only tells what would be done.
 * Throws `UnavailableError` if one is of a newer version or of the other environment, or in use by a server.
 */
export async function migrateDatabases(
  settings: StoreSettings,
  { dryRun }: { readonly dryRun: boolean },
): Promise<readonly DatabaseMigration[]> {
  const store = otpStoreFileOf(settings);
  const directory = directoryFileOf(settings);
  const plan = [
    { file: store.file, fromVersion: versionOf(store.file), toVersion: SCHEMA_VERSION },
    { file: directory.file, fromVersion: versionOf(directory.file), toVersion: directoryMigrations.length },
  ];
  const [ofStore, ofDirectory] = plan.map(({ fromVersion, toVersion }) => fromVersion < toVersion);
  // What is up to date is opened all the same: that tells whether it is fit to be used.
  if (!ofStore) await openSqliteOtpStore({ ...store, readOnly: true }).close();
  else if (!dryRun) await openSqliteOtpStore(store).close();
  if (!ofDirectory || !dryRun) openDirectoryFile(directory, { create: true }).close();
  return plan;
}

function versionOf(file: string): number {
  if (!existsSync(file)) return 0;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    return Number(
      database.prepare('SELECT user_version AS version FROM pragma_user_version').get()?.['version'],
    );
  } catch (error) {
    throw new UnavailableError(`${file} can't be read`, { cause: error });
  } finally {
    database?.close();
  }
}
