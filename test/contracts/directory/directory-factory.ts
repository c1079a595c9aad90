import type { TestContext } from 'node:test';
import type { AccountDirectory, AccountStatus } from '../../../src/ports/account-directory.ts';
import type { Deadline } from '../../../src/ports/clock.ts';

/** An account as the directory under test is to know it. */
export interface KnownAccount {
  readonly accountId: string;
  readonly status?: AccountStatus;
  readonly phoneNumber?: string;
  readonly language?: string;
  readonly preferred?: boolean;
  readonly associationIds?: readonly string[];
}

/** Makes a directory that knows these accounts and no others. Whoever makes it also cleans up after the test. */
export type DirectoryFactory = (
  accounts: readonly KnownAccount[],
  t: TestContext,
) => AccountDirectory | Promise<AccountDirectory>;

/** A deadline that is `remainingMs` away for ever. */
export function deadlineIn(remainingMs: number): Deadline {
  const signal = remainingMs > 0 ? new AbortController().signal : AbortSignal.abort();
  return { atMs: remainingMs, remainingMs: () => remainingMs, signal };
}
