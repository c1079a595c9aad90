import { directoryKinds } from '../adapters/directory/catalog.ts';
import type { DirectoryKind } from '../adapters/directory/directory-kind.ts';
import { storeKinds } from '../adapters/storage/catalog.ts';
import type { StoreKind } from '../adapters/storage/store-kind.ts';
import type { Settings } from '../settings/settings.ts';

type PlaceSettings = Pick<Settings, 'profile' | 'dataDirectory'>;

/** The settings that tell the store. */
export type StoreSettings = PlaceSettings & Pick<Settings, 'store'>;

/** The settings that tell the store and the account directory, which may lie in one database. */
export type DataSettings = StoreSettings & Pick<Settings, 'directory'>;

/** The kind of store that the settings name, and what it is opened by. */
export function storeOf({ store, profile, dataDirectory }: StoreSettings) {
  const row = rowOf<StoreKind>(storeKinds, store.kind);
  return { row, terms: { settings: store, environment: profile, dataDirectory } };
}

/** The kind of account directory that the settings name, and what it is opened by. */
export function directoryOf({ directory, store, profile, dataDirectory }: DataSettings) {
  const row = rowOf<DirectoryKind>(directoryKinds, directory.kind);
  const connection = 'hosts' in store ? store : undefined;
  return { row, terms: { settings: directory, environment: profile, dataDirectory, connection } };
}

/** Where the accounts are kept by somebody else, in words. `undefined`: they are kept here. */
export function accountsKeptElsewhere(settings: DataSettings): string | undefined {
  const { row, terms } = directoryOf(settings);
  return row.accounts === undefined ? row.where(terms) : undefined;
}

function rowOf<Row extends { readonly kind: string }>(kinds: readonly Row[], kind: string): Row {
  const row = kinds.find((one) => one.kind === kind);
  if (row === undefined) throw new TypeError(`nothing is of kind ${kind}`);
  return row;
}
