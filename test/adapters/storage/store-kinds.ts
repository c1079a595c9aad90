import { dirname } from 'node:path';
import type { TestContext } from 'node:test';
import type { DataTerms } from '../../../src/adapters/data-kind.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import { connectionTo } from '../../support/postgres/connection.ts';
import { testSchema } from '../../support/postgres/schema.ts';
import { temporaryFile } from './sqlite/store-under-test.ts';

type Kind = Settings['store']['kind'];

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
