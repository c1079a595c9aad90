import { createSecretKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { openDirectoryFile } from '../adapters/directory/sqlite/directory-file.ts';
import { directoryKind } from '../adapters/directory/sqlite/migrations.ts';
import { openDatabase, schemaVersionOf } from '../adapters/sqlite/open-database.ts';
import { quickCheck } from '../adapters/sqlite/quick-check.ts';
import { otpStoreKind } from '../adapters/storage/sqlite/migrations.ts';
import { openSqliteOtpStore } from '../adapters/storage/sqlite/otp-store.ts';
import { markStore, requireStore, storeWasMade } from '../adapters/storage/sqlite/store-mark.ts';
import { type DigestPurpose, keyedDigest } from '../domain/challenge/keyed-digest.ts';
import type { OtpStore, RequestHistory } from '../ports/otp-store.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import type { Settings } from '../settings/settings.ts';
import { type DataSettings, directoryFileOf, otpStoreFileOf } from '../wiring/data-files.ts';
import { editAccounts } from './accounts.ts';

/**
 * The OTP store to look at, beside a running server; every writing step of it is refused. Throws
 * `UnavailableError` if there is none.
 */
export function openStoreForReading(settings: DataSettings): OtpStore {
  const { file, environment } = otpStoreFileOf(settings);
  if (!existsSync(file)) throw new UnavailableError(`there is no database ${file} yet: a server makes it`);
  return openSqliteOtpStore({ file, environment, readOnly: true });
}

/** What an operator may know of whoever got no code. */
export interface RequestSearch {
  readonly key: 'accountId' | 'phoneNumber' | 'associationId';
  readonly value: string;
}

/**
 * The newest requests of an account or a phone number, newest first, 100 at most. The store knows both by digest
 * alone, so this takes the secret of the server; an association id is looked up in the account directory first. Throws
 * `UnavailableError` if a database is not there.
 */
export async function findRequests(
  settings: DataSettings & Pick<Settings, 'digests'>,
  { key, value }: RequestSearch,
): Promise<readonly RequestHistory[]> {
  const digestKey = createSecretKey(settings.digests.secret.reveal(), 'utf8');
  const digestOf = (purpose: DigestPurpose, text: string) => keyedDigest(digestKey, purpose, text);
  const store = openStoreForReading(settings);
  try {
    if (key === 'phoneNumber') {
      return await store.requestsOf({ kind: 'phone-number', digest: digestOf('phone-number', value) });
    }
    const accountId = key === 'accountId' ? value : accountOfAssociation(settings, value);
    if (accountId === undefined) return [];
    return await store.requestsOf({ kind: 'account', digest: digestOf('account-id', accountId) });
  } finally {
    await store.close();
  }
}

function accountOfAssociation(settings: DataSettings, associationId: string): string | undefined {
  const editor = editAccounts(settings);
  try {
    return editor.find('associationId', associationId)[0]?.accountId;
  } finally {
    editor.close();
  }
}

/** One database and its schema versions; 0: it is not there. */
export interface DatabaseMigration {
  readonly file: string;
  readonly fromVersion: number;
  readonly toVersion: number;
}

/**
 * Brings the embedded databases to this program's schema versions; with `dryRun` only tells what would be done.
 * Throws `UnavailableError` if one is of a newer version or of the other environment, or in use by a server; or if
 * one is missing that was expected, unless `newStore`.
 */
export async function migrateDatabases(
  settings: DataSettings,
  { dryRun, newStore = false }: { readonly dryRun: boolean; readonly newStore?: boolean },
): Promise<readonly DatabaseMigration[]> {
  const store = otpStoreFileOf(settings);
  const directory = directoryFileOf(settings);
  // A dry run makes nothing, and before the first start nothing is missing.
  if (!dryRun || storeWasMade(store.file)) requireStore({ ...store, beside: directory.file, newStore });
  const plan = [
    {
      file: store.file,
      fromVersion: schemaVersionOf(otpStoreKind, store.file),
      toVersion: otpStoreKind.migrations.length,
    },
    {
      file: directory.file,
      fromVersion: schemaVersionOf(directoryKind, directory.file),
      toVersion: directoryKind.migrations.length,
    },
  ];
  const [ofStore, ofDirectory] = plan.map(({ fromVersion, toVersion }) => fromVersion < toVersion);
  // What is up to date is opened all the same: that tells whether it is fit to be used.
  if (!ofStore) await openSqliteOtpStore({ ...store, readOnly: true }).close();
  else if (!dryRun) {
    await openSqliteOtpStore(store).close();
    markStore(store.file);
  }
  if (!ofDirectory || !dryRun) openDirectoryFile(directory, { create: true }).close();
  return plan;
}

/**
 * Goes through every page of the databases that are there, beside a running server or without one; about 2 ms a MiB.
 * Throws `UnavailableError` that names the first one that is damaged, or that is not as this program makes it.
 */
export function checkDatabases(settings: DataSettings): void {
  for (const [kind, location] of [
    [otpStoreKind, otpStoreFileOf(settings)],
    [directoryKind, directoryFileOf(settings)],
  ] as const) {
    if (schemaVersionOf(kind, location.file) === 0) continue;
    const { database } = openDatabase(kind, { ...location, access: 'read', waitMs: BUSY_MS_MAX });
    try {
      quickCheck(database, location.file);
    } finally {
      database.close();
    }
  }
}

/** A reader waits only for the moment in which a crashed writer's log is cleaned up. */
export const BUSY_MS_MAX = 100;
