import { directoryKinds } from '../adapters/directory/catalog.ts';
import type { DirectoryKind } from '../adapters/directory/directory-kind.ts';
import { storeKinds } from '../adapters/storage/catalog.ts';
import { directoryWithin } from './data-settings.ts';
import { rulesOfKinds } from './kind-rules.ts';
import type { Settings } from './settings.ts';
import type { SettingsRule } from './settings-rule.ts';

const ofStore = rulesOfKinds('store', storeKinds, ({ store }) => [store]);
const ofDirectory = rulesOfKinds('directory', directoryKinds, ({ directory }) => [directory]);

/** Whether the two can be used together. */
const together: readonly SettingsRule[] = [
  {
    about: ['directory', 'store'],
    broken: ({ directory, store }) => (rowOf(directory).store ?? store.kind) !== store.kind,
    reason: ({ directory, store }) =>
      `is of kind ${directory.kind}, which lives in the database of the store, and the store is of kind ${store.kind}`,
    accepted: 'another kind of directory, or a store.kind that goes with it',
  },
  {
    about: ['directory', 'store'],
    broken: ({ directory, store }) =>
      rowOf(directory).file !== undefined && directoryWithin(store.kind) !== undefined,
    reason: ({ directory }) =>
      `is of kind ${directory.kind}, a file on one machine, and servers on other machines use the same store`,
    accepted: 'to leave it out: the accounts are then in the database of the store',
  },
];

function rowOf({ kind }: Settings['directory']): DirectoryKind {
  const row = (directoryKinds as readonly DirectoryKind[]).find((one) => one.kind === kind);
  if (row === undefined) throw new TypeError(`nothing is of kind ${kind}`);
  return row;
}

/** Rules of the store, of the account directory, and between the two. */
export const dataRules = [...ofStore.always, ...ofDirectory.always, ...together];
export const productionDataRules = [...ofStore.inProduction, ...ofDirectory.inProduction];
