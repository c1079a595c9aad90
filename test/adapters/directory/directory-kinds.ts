import { dirname } from 'node:path';
import type { TestContext } from 'node:test';
import type { DataTerms } from '../../../src/adapters/data-kind.ts';
import { where } from '../../../src/adapters/directory/sqlite/settings.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import type { KnownAccount } from '../../contracts/account-directory.ts';
import { fill, newLocation } from './sqlite/directory-under-test.ts';

type Kind = Settings['directory']['kind'];

/** A directory of each kind that knows these accounts and no others, in a place of its own that goes with the test. */
export const directoryKindsUnderTest: Readonly<
  Record<
    Kind,
    (t: TestContext, accounts: readonly KnownAccount[]) => Promise<DataTerms<Settings['directory']>>
  >
> = {
  async sqlite(t, accounts) {
    const dataDirectory = dirname(newLocation(t).file);
    const terms = { settings: { kind: 'sqlite' }, environment: 'sandbox', dataDirectory } as const;
    fill({ file: where(terms), environment: 'sandbox' }, accounts);
    return terms;
  },
};
