import { directoryKinds } from '../adapters/directory/catalog.ts';
import type { DirectoryKind } from '../adapters/directory/directory-kind.ts';
import { storeKinds } from '../adapters/storage/catalog.ts';
import { schemasOf } from '../config/kinds.ts';
import { Type } from '../config/setting-words.ts';

/** The store of requests and challenges, assembled from the settings of all kinds. */
export const store = Type.Union(schemasOf(storeKinds), {
  default: { kind: 'sqlite' },
  description: 'Where requests and challenges are kept.',
});

/** The account directory, likewise. */
export const directory = Type.Union(schemasOf(directoryKinds), {
  default: { kind: 'sqlite' },
  description:
    'Where accounts are looked up. Without it, in the database of the store if that is PostgreSQL, and in SQLite otherwise.',
});

/** The kind of directory that lives in the database of a store of that kind. `undefined`: none does. */
export function directoryWithin(storeKind: unknown): DirectoryKind | undefined {
  return (directoryKinds as readonly DirectoryKind[]).find(
    ({ store: kind }) => kind !== undefined && kind === storeKind,
  );
}
