import { randomUUID } from 'node:crypto';
import type { Association } from '../../../ports/otp-store.ts';
import { oldestBucket } from '../../../ports/windows.ts';
import { Batcher } from '../../postgres/batcher.ts';
import { DatabaseError } from '../../postgres/failure.ts';
import type { Change } from './changes.ts';
import type { KeptFunctions } from './kept-functions.ts';
import type { KeptStatement } from './kept-statement.ts';
import { toRecords } from './row-columns.ts';
import { WRITTEN_PARTS, type WrittenPart, writeStatement } from './write-statement.ts';

/** Steps that share a statement and its commit. */
const STEPS_MAX = 64;
/** While one waits for the disk the next one is made ready. */
const BATCHES_MAX = 1;
/**
 * - `written`: durably. - `stale`: nothing was written, for what it was decided on has changed. - `unknown`: nobody knows
 * which of the two. - An error: nothing was written, and the same again would fail again.
 */
export type Written = 'written' | 'stale' | 'unknown' | DatabaseError;

interface Order {
  readonly change: Change;
  /** The version that all rows get. */
  readonly version: string;
}

/** Writes what steps decided; steps of the same moment share a statement. */
export class Writer {
  readonly #functions: KeptFunctions;
  readonly #statement: KeptStatement;
  readonly #batches: Batcher<Order, Written>;

  constructor(functions: KeptFunctions, schema: string) {
    this.#functions = functions;
    this.#statement = writeStatement(schema);
    this.#batches = new Batcher({
      run: (orders) => this.#write(orders),
      batchesMax: BATCHES_MAX,
      itemsMax: STEPS_MAX,
    });
  }

  /** Writes it wholly, if all that it is based on stands, or not at all. */
  write(change: Change, version: string): Promise<Written> {
    return this.#batches.add({ change, version });
  }

  async #write(orders: readonly Order[]): Promise<readonly Written[]> {
    const apart = new Set<string>();
    // Of two that change the same row the second one can't know what the first one does.
    const together = orders.map((order) => takesPlaces(order.change, apart));
    const steps = orders.filter((_, index) => together[index]);
    const written = await this.#writeTogether(steps);
    let next = 0;
    return together.map((goes) => (goes ? (written[next++] ?? 'unknown') : 'stale'));
  }

  async #writeTogether(steps: readonly Order[]): Promise<readonly Written[]> {
    try {
      const rows = await this.#functions.ask(this.#statement, writtenValues(steps));
      const good = new Set(rows.map(({ step }) => step));
      return steps.map((_, step) => (good.has(step) ? 'written' : 'stale'));
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      if (error.kind === 'unreachable') return steps.map(() => 'stale');
      if (error.kind !== 'refused') return steps.map(() => error.kind as Written);
      if (steps.length === 1) return [error];
      // One of them may be at fault, and the others must not suffer from it.
      return (await Promise.all(steps.map((step) => this.#writeTogether([step])))).flat();
    }
  }
}

/** Whether none of the rows that it changes is among the places; then they are from now on. */
function takesPlaces({ rows, subjects, associations }: Change, taken: Set<string>): boolean {
  const places = [
    ...rows.map(({ image }) => `${image.method} ${image.request_id}`),
    ...subjects.map(({ digest }) => Buffer.from(digest).toString('base64')),
    ...associations.map(
      ({ association }) => `associated ${Buffer.from(association.digest).toString('base64')}`,
    ),
  ];
  if (places.some((place) => taken.has(place))) return false;
  for (const place of places) taken.add(place);
  return true;
}

/** The records of each part, as `writeStatement` takes them. */
export function writtenValues(steps: readonly Order[]): readonly string[] {
  const each = (recordsOf: (order: Order) => readonly object[]) =>
    steps.flatMap((order, step) => recordsOf(order).map((record) => ({ step, ...record })));
  const raised = new Map<string, number>();
  const records: Readonly<Record<WrittenPart, readonly object[]>> = {
    subjects: each(({ change, version }) =>
      change.subjects.map((subject) => subjectRecord(subject, version)),
    ),
    requests: each(({ change, version }) =>
      change.rows.map(({ image, based }) => ({ ...image, based, version })),
    ),
    ceilings: each(({ change }) => ceilingRecords(change, raised)),
    associations: each(({ change, version }) =>
      change.associations.map(({ association, based }) => ({
        ...associationRecord(association),
        based,
        version,
      })),
    ),
    missteps: each(({ change }) =>
      change.missteps.map(({ subject, kind, atMs, times }) => ({ subject, kind, at_ms: atMs, times })),
    ),
    blocks: each(({ change }) =>
      change.blocks.map(({ subject, sinceMs, untilMs, unverified, verified }) => {
        return { subject, since_ms: sinceMs, until_ms: untilMs, unverified, verified };
      }),
    ),
  };
  return WRITTEN_PARTS.map((part) => toRecords(records[part]));
}

/** As `kept_association` keeps it, but for its version. */
export function associationRecord({
  digest,
  accountDigest,
  sealed,
  attempt,
  state,
  isTold,
  atMs,
}: Association) {
  return { digest, account_digest: accountDigest, sealed, attempt, state, is_told: isTold, at_ms: atMs };
}

function subjectRecord(
  { digest, based, receivedAtMs, isVerified = false }: Change['subjects'][number],
  version: string,
) {
  const checked = { is_based: based !== undefined, based: based?.version };
  const verified = isVerified ? { verified_at_ms: receivedAtMs } : {};
  return { digest, ...checked, version, received_at_ms: receivedAtMs, ...verified };
}

/** `raised`: by how much the steps before it in the batch raise each ceiling, which none of them has seen. */
function ceilingRecords({ ceilings }: Change, raised: Map<string, number>): readonly object[] {
  const records = ceilings.map(({ subject, windowMs, bucket, delta, raised: own, based }) => ({
    ...{ subject, window_ms: windowMs, bucket, delta, raised: own, until_ms: endOfUse(windowMs, bucket) },
    ...{ is_based: based !== undefined, seen: based?.raised },
    slack: based && based.slack - (raised.get(`${windowMs} ${subject}`) ?? 0),
  }));
  for (const { subject, windowMs, raised: own } of ceilings) {
    const place = `${windowMs} ${subject}`;
    raised.set(place, (raised.get(place) ?? 0) + own);
  }
  return records;
}

/** The moment from which no window reaches that part. */
export function endOfUse(windowMs: number, bucket: number): number {
  const partMs = Math.ceil(windowMs / -oldestBucket({ windowMs }, 0));
  return (bucket + 1) * partMs + windowMs + partMs;
}

export function newVersion(): string {
  return randomUUID();
}
