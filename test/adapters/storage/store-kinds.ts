import { dirname } from 'node:path';
import type { TestContext } from 'node:test';
import type { DataTerms } from '../../../src/adapters/data-kind.ts';
import { storeKinds } from '../../../src/adapters/storage/catalog.ts';
import type { StoreKind } from '../../../src/adapters/storage/store-kind.ts';
import type { OtpStore } from '../../../src/ports/otp-store.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import { connectionTo, storeSettings } from '../../support/postgres/connection.ts';
import { testSchema } from '../../support/postgres/schema.ts';
import { temporaryFile } from './sqlite/store-under-test.ts';

export type Kind = Settings['store']['kind'];

/** A store of each kind, in a place of its own that is new and goes with the test. */
export const storeKindsUnderTest: Readonly<
  Record<Kind, (t: TestContext) => Promise<DataTerms<Settings['store']>>>
> = {
  sqlite: async (t) => ({
    settings: { kind: 'sqlite' },
    environment: 'sandbox',
    dataDirectory: dirname(temporaryFile(t)),
  }),
  postgres: async (t) => ({
    settings: { kind: 'postgres', ...connectionTo(await testSchema()) },
    environment: 'sandbox',
    dataDirectory: dirname(temporaryFile(t)),
  }),
};

export const kindsUnderTest = Object.keys(storeKindsUnderTest) as readonly Kind[];

/** The same for an application, as settings by dotted path. */
export const storeSettingsUnderTest: Readonly<
  Record<Kind, () => Promise<Readonly<Record<string, unknown>>>>
> = {
  sqlite: async () => ({}),
  postgres: async () => storeSettings(await testSchema()),
};

/** What part of a proof by mass a kind gets, since a step of some takes longer than one of others. */
export const proofShares: Readonly<Record<Kind, number>> = { sqlite: 1, postgres: 0.1 };

/** A new store of that kind; closed when the test ends. */
export async function openStoreUnderTest(t: TestContext, kind: Kind): Promise<OtpStore> {
  const row = (storeKinds as readonly StoreKind[]).find((one) => one.kind === kind);
  if (row === undefined) throw new TypeError(`there is no kind ${kind}`);
  const { store } = await row.open(await storeKindsUnderTest[kind](t), 'serve');
  t.after(() => store.close());
  return store;
}
