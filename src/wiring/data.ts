import type { Logger } from 'pino';
import type { OpenedDirectory } from '../adapters/directory/directory-kind.ts';
import type { OpenedStore } from '../adapters/storage/store-kind.ts';
import { createSystemClock } from '../adapters/system/system-clock.ts';
import { createSystemEntropy } from '../adapters/system/system-entropy.ts';
import type { OtpKeys } from '../domain/challenge/otp-keys.ts';
import { withheldWords } from '../domain/weigh-closed.ts';
import type { ReadinessCheck } from '../http/operator-routes.ts';
import type { AccountDirectory } from '../ports/account-directory.ts';
import type { Clock } from '../ports/clock.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { ClosedState, OtpStore } from '../ports/otp-store.ts';
import type { Config } from '../settings/load.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { directoryOf, storeOf } from './data-kinds.ts';
import { requireKnownSecrets } from './known-secrets.ts';
import { checkLink } from './tls.ts';

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

/** What may be used in place of what the settings name. */
export interface DataOverrides extends Partial<Data> {
  /**
   * Whether the databases may be made although a store is expected: in production, and wherever one was made before.
   * By default they may not, since a lost store would process again what was answered.
   */
  readonly newStore?: boolean;
}

/** How often the data is looked at. Calls ask for what was found last, readiness looks by itself. */
const LOOK_MS = 2000;

type Closers = (() => Promise<void>)[];

/** What is kept, and the clock, which goes on where the store's newest moment left it. */
export async function openData(
  config: Config,
  { log, keys }: { readonly log: Logger; readonly keys: OtpKeys },
  overrides: DataOverrides,
  closers: Closers,
): Promise<Data & Pick<OpenedStore, 'nodes'> & { readonly revokedKeys: RevokedKeys }> {
  const { opened, revokedKeys } = await openStore(config, keys, overrides);
  const { store, nodes } = opened;
  closers.push(() => store.close());
  // A new store begins at the time of its own clock, if it has one: that of this machine may be wrong.
  const reachedMs = (await store.newestMoment()) || (await nodes?.time());
  const clock = overrides.clock ?? createSystemClock(reachedMs);
  const openedDirectory = await openDirectory(config, overrides, { isNew: opened.isNew, clock });
  const { directory } = openedDirectory;
  closers.push(() => directory.close());
  const watched = [
    { name: 'store', fault: () => opened.fault?.() },
    { name: 'directory', fault: () => openedDirectory.fault?.() },
  ];
  const stop = watch(watched, clock, log);
  closers.push(async () => stop());
  const entropy = overrides.entropy ?? createSystemEntropy();
  return { store, directory, clock, entropy, revokedKeys, ...(nodes && { nodes }) };
}

interface StoreInUse {
  readonly opened: Pick<OpenedStore, 'store' | 'isNew' | 'fault' | 'nodes'>;
  readonly revokedKeys: RevokedKeys;
}

async function openStore(config: Config, keys: OtpKeys, overrides: DataOverrides): Promise<StoreInUse> {
  const { store, newStore = false } = overrides;
  if (store !== undefined) {
    const revokedKeys = { fingerprints: new Set<string>(), keep: async () => {} };
    return { opened: { store, isNew: true }, revokedKeys };
  }
  const { row, terms } = storeOf(config);
  const opened = await row.open(terms, newStore ? 'make' : 'serve');
  try {
    await requireKnownSecrets(opened.keys, keys, row.where(terms));
    const fingerprints = new Set(await opened.keys.revoked());
    const keep = () => opened.keys.keepRevoked([...fingerprints]);
    return { opened, revokedKeys: { fingerprints, keep } };
  } catch (error) {
    void opened.store.close();
    throw error;
  }
}

/** Where the store was there before, accounts were too. */
async function openDirectory(
  config: Config,
  { directory, newStore = false }: DataOverrides,
  { isNew, clock }: { readonly isNew: boolean; readonly clock: Clock },
): Promise<OpenedDirectory> {
  if (directory !== undefined) return { directory };
  checkLink('directory', config.directory, clock.nowMs());
  const { row, terms } = directoryOf(config);
  return row.open(terms, isNew || newStore ? 'make' : 'serve', clock);
}

interface Watched {
  readonly name: string;
  /** Why it can't be relied on. `undefined`: all is well. */
  readonly fault: () => string | undefined;
}

/** Tells once when data is lost or damaged, and once when all is well again. Returns what stops it. */
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
      else log.error({ part: name, reason }, 'data is lost: sendOtp and verifyOtp are answered 503');
    }
    cancel = clock.after(LOOK_MS, look);
  }
  return () => cancel();
}

interface ClosedGuardParts {
  readonly store: Pick<OtpStore, 'closedState'>;
  readonly metrics: Pick<Metrics, 'watchWithheld'>;
}

/**
 * Tells in metrics and in health whether closed accounts are withheld. Where the store can't be asked it tells what was
 * found last: health has a word for that already. A server that withholds them is ready: all else goes on.
 */
export function composeClosedGuard({ store, metrics }: ClosedGuardParts): ReadinessCheck {
  let state: ClosedState | undefined;
  const look = async () => {
    state = await store.closedState().catch(() => state);
  };
  metrics.watchWithheld(async () => {
    await look();
    return state?.kind === 'withheld';
  });
  const warnings = () => (state?.kind === 'withheld' ? [withheldWords(state)] : []);
  return { name: 'closed accounts', check: look, warnings };
}
