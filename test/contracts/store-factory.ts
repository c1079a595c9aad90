import type { TestContext } from 'node:test';
import type { OtpStore } from '../../src/ports/otp-store.ts';

export interface StoreUnderTest {
  readonly store: OtpStore;
  /** Closes the store and opens another one on the same data. */
  reopen(): Promise<OtpStore>;
}

/** Makes an empty store. Whoever makes it also cleans up after the test. */
export type StoreFactory = (t: TestContext) => Promise<StoreUnderTest>;
