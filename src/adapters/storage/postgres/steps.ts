import { setTimeout as pause } from 'node:timers/promises';
import type { RequestKey } from '../../../ports/otp-store.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { DatabaseError } from '../../postgres/failure.ts';
import type { Row } from '../rows/otp-rows.ts';
import type { Change, RowChange } from './changes.ts';
import { versionIn } from './facts.ts';
import type { Judged } from './judged.ts';
import type { KnownRows } from './known-rows.ts';
import type { Reader } from './reader.ts';
import { newVersion, type Writer } from './writer.ts';

/** A step waits for its turn and is tried again for so long. Whoever asked has a deadline of his own, and goes before. */
const STEP_MS = 5000;
/** Between tries of a step that lost a race, at most; it grows to that from one millisecond. */
const PAUSE_MS_MAX = 40;

const BUSY = 'the database is busy: others write the same rows';

/** A try of which the server's word never came. */
interface Unknown<Decision> {
  readonly decision: Decision;
  readonly change: Change;
  readonly version: string;
}

export interface Step<Facts, Decision> {
  /** Steps of one turn follow each other: of those about one challenge or account, which would make each other stale. */
  readonly turn: string;
  /** What is decided on, if this server may know it without reading: it is tried once. `undefined`: it doesn't. */
  readonly known?: () => { readonly row: Facts } | undefined;
  readonly read: () => Promise<Facts>;
  readonly judge: (facts: Facts) => Judged<Decision>;
}

/** Reads, lets decide and writes, until it is written, or nothing is to be. */
export class Steps {
  /** The last step of each turn. */
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #writer: Writer;
  readonly #reader: Reader;
  readonly #known: KnownRows;
  readonly #isDurable: () => Promise<void>;

  /** `isDurable` resolves when what this server sees of the database is durable. */
  constructor(writer: Writer, reader: Reader, known: KnownRows, isDurable: () => Promise<void>) {
    this.#writer = writer;
    this.#reader = reader;
    this.#known = known;
    this.#isDurable = isDurable;
  }

  /**
   * `read` and `judge` are asked again for each try. Resolves when the step is durable. Throws what `judge` throws, with
   * nothing written by that try; `UnavailableError` if too many others were at the same rows; `DatabaseError` if the
   * database failed for so long. Then nobody knows whether it was written, unless its `kind` says so.
   */
  async run<Facts, Decision>(step: Step<Facts, Decision>): Promise<Decision> {
    const { turn } = step;
    const endMs = performance.now() + STEP_MS;
    const before = this.#turns.get(turn);
    const own = before === undefined ? this.#try(step, endMs) : this.#tryAfter(before, step, endMs);
    this.#turns.set(turn, own);
    try {
      return await own;
    } finally {
      if (this.#turns.get(turn) === own) this.#turns.delete(turn);
    }
  }

  async #tryAfter<Facts, Decision>(
    before: Promise<unknown>,
    step: Step<Facts, Decision>,
    endMs: number,
  ): Promise<Decision> {
    await before.catch(() => {});
    if (performance.now() >= endMs) throw new UnavailableError(BUSY);
    return this.#try(step, endMs);
  }

  async #try<Facts, Decision>(
    { known, read, judge }: Step<Facts, Decision>,
    endMs: number,
  ): Promise<Decision> {
    const unknown: Unknown<Decision>[] = [];
    for (let tries = 0; ; tries += 1) {
      let failure: unknown;
      try {
        const seen = tries === 0 ? known?.() : undefined;
        const facts = seen === undefined ? await read() : seen.row;
        // Only after reading: what becomes visible later makes this try stale.
        const earlier = await this.#happened(unknown);
        if (earlier !== undefined) return earlier.decision;
        const { decision, change } = judge(facts);
        if (change === undefined && seen !== undefined) continue;
        if (change === undefined) return decision;
        const version = newVersion();
        const written = await this.#writer.write(change, version);
        if (written === 'written') {
          for (const { image } of change.rows) this.#known.written(image, version);
          return decision;
        }
        if (written instanceof DatabaseError) throw written;
        if (written === 'unknown') {
          unknown.push({ decision, change, version });
          failure = new UnavailableError(
            'the database gave no word: nobody knows whether the step was written',
          );
        }
      } catch (error) {
        if (!(error instanceof DatabaseError) || error.kind === 'refused') throw error;
        failure = error;
      }
      if (performance.now() >= endMs) throw failure ?? new UnavailableError(BUSY);
      await pause(Math.random() * Math.min(PAUSE_MS_MAX, 2 ** tries));
    }
  }

  /** The try that was written after all, durably. */
  async #happened<Decision>(unknown: readonly Unknown<Decision>[]): Promise<Unknown<Decision> | undefined> {
    for (const one of unknown) {
      if (!(await this.#isSeen(one))) continue;
      // A server that lost its standby shows what a failover would undo.
      await this.#isDurable();
      return one;
    }
    return undefined;
  }

  /** By the first of its rows: all of a try are written, or none. */
  async #isSeen<Decision>({ change, version }: Unknown<Decision>): Promise<boolean> {
    const [first] = change.rows;
    if (first !== undefined) {
      const key = { method: first.image.method, requestId: first.image.request_id } as RequestKey;
      const row = await this.#reader.row(key);
      return row !== undefined && isWritten(row, first, version);
    }
    const [associating] = change.associations;
    const row = associating && (await this.#reader.association(associating.association.digest));
    return row !== undefined && versionIn(row, 'version') === version;
  }
}

/** Whether the row is as the try left it, or has its trace. */
function isWritten(row: Row, { image, trace }: RowChange, version: string): boolean {
  if (versionIn(row, 'version') === version) return true;
  const isSameChallenge = row['challenge_id'] === image.challenge_id;
  return trace !== undefined && isSameChallenge && String(row['events']).includes(trace);
}
