import type { Logger } from 'pino';
import { openSqliteDirectory } from '../adapters/directory/sqlite/sqlite-directory.ts';
import { openSqliteOtpStore } from '../adapters/storage/sqlite/otp-store.ts';
import { readRevokedKeys } from '../adapters/storage/sqlite/revoked-keys.ts';
import { markStore, requireStore } from '../adapters/storage/sqlite/store-mark.ts';
import { createSystemClock } from '../adapters/system/system-clock.ts';
import { createSystemEntropy } from '../adapters/system/system-entropy.ts';
import type { OtpKeys } from '../domain/challenge/otp-keys.ts';
import type { AccountDirectory } from '../ports/account-directory.ts';
import type { Clock } from '../ports/clock.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { OtpStore } from '../ports/otp-store.ts';
import { makePrivateFolder } from '../ports/private-folder.ts';
import type { Config } from '../settings/load.ts';
import { directoryFileOf, otpStoreFileOf } from './data-files.ts';
import { requireKnownSecrets } from './known-secrets.ts';

export interface Data {
  readonly store: OtpStore;
  readonly directory: AccountDirectory;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Keys of Google's that were seen revoked, by fingerprint: an older copy of one changes nothing about it. */
export interface RevokedKeys {
  readonly fingerprints: Set<string>;
  /** Remembers them for the next start, as far as the store can. */
  keep(): Promise<void>;
}

/** What may be used in place of the files in the data directory. */
export interface DataOverrides extends Partial<Data> {
  /**
   * Whether the databases may be made although a store is expected: in production, and wherever one was made before.
   * By default they may not, since a lost store would process again what was answered.
   */
  readonly newStore?: boolean;
}

/** How often the files are looked at. Calls ask for what was found last, readiness looks by itself. */
const LOOK_MS = 2000;

type Closers = (() => Promise<void>)[];

/** What is on the disk, and the clock, which goes on where the store's newest moment left it. */
export function openData(
  config: Config,
  { log, keys }: { readonly log: Logger; readonly keys: OtpKeys },
  overrides: DataOverrides,
  closers: Closers,
): Data & { readonly revokedKeys: RevokedKeys } {
  makePrivateFolder(config.dataDirectory);
  const watched: Watched[] = [];
  const { store, notBeforeMs, revokedKeys } = openStore(config, keys, overrides, watched);
  closers.push(() => store.close());
  const directory = overrides.directory ?? openDirectory(config, watched);
  closers.push(() => directory.close());
  const clock = overrides.clock ?? createSystemClock(notBeforeMs);
  const stop = watch(watched, clock, log);
  closers.push(async () => stop());
  const entropy = overrides.entropy ?? createSystemEntropy();
  return { store, directory, clock, entropy, revokedKeys };
}

function openStore(config: Config, keys: OtpKeys, overrides: DataOverrides, watched: Watched[]) {
  const { store, directory, newStore = false } = overrides;
  if (store !== undefined) {
    const revokedKeys = { fingerprints: new Set<string>(), keep: async () => {} };
    return { store, notBeforeMs: 0, revokedKeys };
  }
  const location = otpStoreFileOf(config);
  const beside = directory === undefined ? directoryFileOf(config).file : undefined;
  requireStore({ ...location, beside, newStore });
  const opened = openSqliteOtpStore(location);
  try {
    requireKnownSecrets(opened, keys, location.file);
    markStore(location.file);
    watched.push({ name: 'store', fault: () => opened.fault() });
    const fingerprints = new Set(readRevokedKeys(opened.database));
    const keep = () => opened.keepRevokedKeys([...fingerprints]);
    return { store: opened, notBeforeMs: opened.newestMomentMs, revokedKeys: { fingerprints, keep } };
  } catch (error) {
    void opened.close();
    throw error;
  }
}

function openDirectory(config: Config, watched: Watched[]): AccountDirectory {
  const directory = openSqliteDirectory(directoryFileOf(config));
  watched.push({ name: 'directory', fault: directory.fault });
  return directory;
}

interface Watched {
  readonly name: string;
  /** Why it can't be relied on. `undefined`: all is well. */
  readonly fault: () => string | undefined;
}

/** Tells once when a file is lost or damaged, and once when all is well again. Returns what stops it. */
function watch(watched: readonly Watched[], clock: Clock, log: Logger): () => void {
  const told = new Map<string, string>();
  let cancel = clock.after(LOOK_MS, look);
  function look(): void {
    for (const { name, fault } of watched) {
      const reason = fault();
      if (reason === told.get(name)) continue;
      if (reason === undefined) told.delete(name);
      else told.set(name, reason);
      if (reason === undefined) log.warn({ part: name }, 'data is in its place again');
      else log.error({ part: name, reason }, 'data is lost: calls are answered 503');
    }
    cancel = clock.after(LOOK_MS, look);
  }
  return () => cancel();
}
