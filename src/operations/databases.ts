import type { SchemaChange } from '../adapters/data-kind.ts';
import { createSystemClock } from '../adapters/system/system-clock.ts';
import type { OtpStore } from '../ports/otp-store.ts';
import { type DataSettings, directoryOf, type StoreSettings, storeOf } from '../wiring/data-kinds.ts';

/**
 * What `read` finds in the OTP store, beside a running server; every writing step of the store is refused. Throws
 * `UnavailableError` if there is none.
 */
export async function readStore<T>(
  settings: StoreSettings,
  read: (store: OtpStore) => Promise<T>,
): Promise<T> {
  return withStore(settings, 'read', read);
}

/**
 * What `change` does in the OTP store, in short steps, beside a running server. Throws `UnavailableError` if there is none,
 * or if it is of another schema.
 */
export async function changeStore<T>(
  settings: StoreSettings,
  change: (store: OtpStore) => Promise<T>,
): Promise<T> {
  return withStore(settings, 'beside', change);
}

async function withStore<T>(
  settings: StoreSettings,
  access: 'read' | 'beside',
  run: (store: OtpStore) => Promise<T>,
): Promise<T> {
  const { row, terms } = storeOf(settings);
  const { store } = await row.open(terms, access);
  try {
    return await run(store);
  } finally {
    await store.close();
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
  if (toDirectory) {
    const opened = await directory.row.open(directory.terms, toDirectory, createSystemClock());
    await opened.directory.close();
  }
  return plan;
}
