import type { TestContext } from 'node:test';
import type { StoreFactory } from './store-factory.ts';

/** By what the suites of the store make their stores, and to whom they tell their tests. */
export interface StoreSuite {
  readonly open: StoreFactory;
  readonly test: (name: string, run: (t: TestContext) => Promise<void>) => void;
}
