import { createHash } from 'node:crypto';
import type { EnteringStore, LeavingStore } from '../adapters/storage/moving.ts';
import { keyChecksOf } from '../domain/challenge/key-check.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import type { Settings } from '../settings/settings.ts';
import { type DataSettings, storeOf } from '../wiring/data-kinds.ts';
import { storedKeyFault } from '../wiring/known-secrets.ts';
import { keysOf } from '../wiring/policy.ts';
import { type AccountsMove, openAccountsMove } from './move-accounts.ts';

/** Ids that are carried at once. */
const IDS_MAX = 1000;

/**
 * - `copying`: beside the running server, and again what changed meanwhile. - `moving`: calls are answered 503.
 */
export interface MoveProgress {
  readonly phase: 'copying' | 'moving';
  readonly done: number;
  readonly total: number;
}

export interface MoveResult {
  /** Requests, with their challenges. */
  readonly requests: number;
  readonly accounts: number;
  /** Limits' counts: missteps, ceilings and blocks. */
  readonly counts: number;
  /** How long calls were answered 503, ms. */
  readonly heldMs: number;
  readonly where: string;
}

/** The secrets are those that the store is to be served with. */
export type MoveTarget = DataSettings & Pick<Settings, 'codes' | 'digests'>;

/**
 * Carries the store that `from` names to the one that `to` names, with the accounts if they are ours, while a server serves
 * from them: codes that are out stay valid, and answered requests stay answered. Every row is read back and compared. For
 * the last part, what changed meanwhile, calls are answered 503; from then on the old store serves nobody. A move that was
 * stopped goes on where it was. Throws `UnavailableError`, also if `to` has other secrets [OQ-72]: then the old store is as
 * it was, unless it says otherwise.
 */
export async function moveStore(
  from: DataSettings,
  to: MoveTarget,
  { onProgress, signal }: { onProgress: (progress: MoveProgress) => void; signal?: AbortSignal },
): Promise<MoveResult> {
  if (from.profile !== to.profile) {
    throw new UnavailableError(
      'the two configurations are of different environments; a store stays in its own',
    );
  }
  const [source, target] = [storeOf(from), storeOf(to)];
  if (source.row.leave === undefined || target.row.enter === undefined) {
    throw new UnavailableError(
      `a store is moved from sqlite to postgres, and not from ${source.row.kind} to ${target.row.kind}`,
    );
  }
  const leaving = await source.row.leave(source.terms);
  const closers = [async () => leaving.close()];
  try {
    await requireSameSecrets(leaving, to);
    const entering = await target.row.enter(target.terms, leaving);
    closers.unshift(() => entering.close());
    const accounts = await openAccountsMove(from, to);
    if (accounts !== undefined) closers.unshift(() => accounts.close());
    const where = target.row.where(target.terms);
    return await carry(leaving, entering, { accounts, where, onProgress, signal });
  } finally {
    for (const close of closers) await close();
  }
}

/** With others no server would start in the new place, and the old one would serve nobody any more. */
async function requireSameSecrets({ keys }: LeavingStore, to: MoveTarget): Promise<void> {
  const fault = await secretsFault(keys, to);
  if (fault === undefined) return;
  throw new UnavailableError(
    `the configuration to move to: ${fault}. Give it the secrets of the server that has the store; nothing was moved`,
  );
}

async function secretsFault(keys: LeavingStore['keys'], to: MoveTarget): Promise<string | undefined> {
  if (to.digests.secret.reveal() !== '') return (await storedKeyFault(keys, keyChecksOf(keysOf(to))))?.reason;
  if ((await keys.checks()) === undefined) return undefined;
  return 'digests.secret is not set, and a sandbox makes another one in its dataDirectory';
}

interface CarryOrder {
  readonly accounts: AccountsMove | undefined;
  readonly where: string;
  readonly onProgress: (progress: MoveProgress) => void;
  readonly signal: AbortSignal | undefined;
}

async function carry(
  leaving: LeavingStore,
  entering: EnteringStore,
  { accounts: accountsMove, where, onProgress, signal }: CarryOrder,
): Promise<MoveResult> {
  const seen = new Map<number, string>();
  const pass = (phase: MoveProgress['phase']) =>
    carryRequests(leaving, entering, seen, (done, total) => {
      signal?.throwIfAborted();
      onProgress({ phase, done, total });
    });
  await accountsMove?.carry(signal);
  await pass('copying');
  // What came during the first pass, so that the last one has little to do.
  await pass('copying');
  leaving.hold();
  const heldAtMs = performance.now();
  const requests = await pass('moving');
  const accounts = (await accountsMove?.carry(signal)) ?? 0;
  const rest = leaving.rest();
  await entering.rest(rest);
  const carried = await entering.count();
  if (carried !== requests) {
    throw new UnavailableError(`${requests} requests were to be moved, and ${carried} are there`);
  }
  leaving.leave(where);
  accountsMove?.leave();
  await entering.finish();
  const counts = rest.missteps.length + rest.ceilings.length + rest.blocks.length;
  return { requests, accounts, counts, heldMs: performance.now() - heldAtMs, where };
}

/** `seen`: the digest of each part, by its first id, as it was carried. Resolves to how many requests there are. */
async function carryRequests(
  leaving: LeavingStore,
  entering: EnteringStore,
  seen: Map<number, string>,
  onProgress: (done: number, total: number) => void,
): Promise<number> {
  const { after, upTo } = leaving.range();
  let requests = 0;
  // Whole parts, so that each pass has the same.
  const first = Math.floor(after / IDS_MAX) * IDS_MAX;
  const starts = [...new Set([...seen.keys(), ...partsOf(first, upTo)])];
  for (const start of starts) {
    // Those that went by their retention before this run are still in the new place.
    const range = { after: start === first ? 0 : start, upTo: start + IDS_MAX };
    const rows = leaving.requests(range);
    const digest = digestOf(rows);
    if (seen.get(start) !== digest) await entering.requests(range, rows);
    seen.set(start, digest);
    requests += rows.length;
    onProgress(Math.min(start + IDS_MAX, upTo) - after, upTo - after);
  }
  return requests;
}

function partsOf(first: number, upTo: number): readonly number[] {
  return Array.from({ length: Math.ceil((upTo - first) / IDS_MAX) }, (_, part) => first + part * IDS_MAX);
}

function digestOf(rows: readonly object[]): string {
  const hash = createHash('sha256');
  for (const row of rows) {
    for (const value of Object.values(row)) {
      hash.update(value instanceof Uint8Array ? value : `${typeof value} ${value} `);
    }
  }
  return hash.digest('base64');
}
