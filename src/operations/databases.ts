import { createSecretKey } from 'node:crypto';
import type { SchemaChange } from '../adapters/data-kind.ts';
import { createSystemClock } from '../adapters/system/system-clock.ts';
import { type DigestPurpose, keyedDigest } from '../domain/challenge/keyed-digest.ts';
import { createDeadline } from '../ports/deadline.ts';
import type { OtpStore, RequestHistory } from '../ports/otp-store.ts';
import type { Settings } from '../settings/settings.ts';
import {
  type DataSettings,
  type DirectorySettings,
  directoryOf,
  type StoreSettings,
  storeOf,
} from '../wiring/data-kinds.ts';

/**
 * The OTP store to look at, beside a running server; every writing step of it is refused. Throws
 * `UnavailableError` if there is none.
 */
export async function openStoreForReading(settings: StoreSettings): Promise<OtpStore> {
  const { row, terms } = storeOf(settings);
  return (await row.open(terms, 'read')).store;
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
  const store = await openStoreForReading(settings);
  try {
    if (key === 'phoneNumber') {
      return await store.requestsOf({ kind: 'phone-number', digest: digestOf('phone-number', value) });
    }
    const accountId = key === 'accountId' ? value : await accountOfAssociation(settings, value);
    if (accountId === undefined) return [];
    return await store.requestsOf({ kind: 'account', digest: digestOf('account-id', accountId) });
  } finally {
    await store.close();
  }
}

const LOOK_UP_MS = 10_000;

async function accountOfAssociation(
  settings: DirectorySettings,
  associationId: string,
): Promise<string | undefined> {
  const { row, terms } = directoryOf(settings);
  const { directory } = await row.open(terms, 'read');
  try {
    const deadline = createDeadline(createSystemClock(0), LOOK_UP_MS);
    return (await directory.findByAssociationId(associationId, deadline))?.accountId;
  } finally {
    await directory.close();
  }
}

/** The store, or the account directory, and what opening it does to its schema. */
export interface DatabaseMigration extends SchemaChange {
  readonly part: 'store' | 'directory';
  /** Such as its file. */
  readonly where: string;
}

/**
 * Brings the databases that are ours to this program's schema versions; with `dryRun` only tells what would be done.
 * Throws `UnavailableError` if one is of a newer version or of the other environment, or in use by a server; or if
 * one is missing that was expected, unless `newStore`.
 */
export async function migrateDatabases(
  settings: DataSettings,
  { dryRun, newStore = false }: { readonly dryRun: boolean; readonly newStore?: boolean },
): Promise<readonly DatabaseMigration[]> {
  const store = storeOf(settings);
  const access = newStore ? 'make' : 'serve';
  const ofStore = await store.row.inspect(store.terms, access);
  const plan: DatabaseMigration[] = [{ part: 'store', where: store.row.where(store.terms), ...ofStore }];

  const directory = directoryOf(settings);
  // Where the store was there before, accounts were too.
  const directoryAccess = ofStore.fromVersion === 0 ? 'make' : access;
  const ofDirectory = await directory.row.accounts?.inspect(directory.terms, directoryAccess);
  if (ofDirectory)
    plan.push({ part: 'directory', where: directory.row.where(directory.terms), ...ofDirectory });

  const way = (change: SchemaChange, changing: 'serve' | 'make') => {
    // What is up to date is opened all the same: that tells whether it is fit to be used.
    if (change.fromVersion === change.toVersion) return 'read';
    return dryRun ? undefined : changing;
  };
  const toStore = way(ofStore, access);
  if (toStore) await (await store.row.open(store.terms, toStore)).store.close();
  const toDirectory = ofDirectory && way(ofDirectory, directoryAccess);
  if (toDirectory) await (await directory.row.open(directory.terms, toDirectory)).directory.close();
  return plan;
}
