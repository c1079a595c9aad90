import { directoryKinds } from '../adapters/directory/catalog.ts';
import { storeKinds } from '../adapters/storage/catalog.ts';
import { rulesOfKinds } from './kind-rules.ts';

const ofStore = rulesOfKinds('store', storeKinds, ({ store }) => [store]);
const ofDirectory = rulesOfKinds('directory', directoryKinds, ({ directory }) => [directory]);

/** Rules between the settings of the store, and of the account directory. */
export const dataRules = [...ofStore.always, ...ofDirectory.always];
export const productionDataRules = [...ofStore.inProduction, ...ofDirectory.inProduction];
