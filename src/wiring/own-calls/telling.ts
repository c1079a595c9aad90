import type { Logger } from 'pino';
import { startTelling, type Telling } from '../../domain/associations/tell-directory.ts';
import type { OtpKeys } from '../../domain/challenge/otp-keys.ts';
import type { AccountDirectory } from '../../ports/account-directory.ts';
import { type Clock, MINUTE_MS } from '../../ports/clock.ts';
import type { OtpStore } from '../../ports/otp-store.ts';
import type { Config } from '../../settings/load.ts';

interface TellingParts {
  readonly store: OtpStore;
  readonly directory: AccountDirectory;
  readonly keys: OtpKeys;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What was left untold by whoever was killed, or by a directory that was down. */
const TELLING_INTERVAL_MS = MINUTE_MS;

/** Tells the directory of associations that came through the store, now and until it is stopped; one that keeps none, nothing. */
export function composeTelling(
  { requests }: Config,
  { store, directory, keys, clock, log }: TellingParts,
): Telling {
  const { associations } = directory;
  if (associations === undefined) return { soon() {}, stop: async () => {} };
  return startTelling({
    ...{ store, directory: associations, keys, clock },
    intervalMs: TELLING_INTERVAL_MS,
    budgetMs: requests.budgetMs,
    onUntaken: (reason) => log.warn({ reason }, 'the directory does not take an association'),
    onFailure: (error) => log.error({ err: error }, 'association'),
  });
}
