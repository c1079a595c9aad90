import { directoryKinds } from '../adapters/directory/catalog.ts';
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
  description: 'Where accounts are looked up.',
});
