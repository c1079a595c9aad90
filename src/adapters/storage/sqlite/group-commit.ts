import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { storageFailure } from '../../sqlite/failure.ts';
import { countWrite } from '../../sqlite/user-version.ts';

interface QueuedStep {
  run(): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** Steps that may wait for the end of one turn of the event loop. */
const STEPS_QUEUED_MAX = 1024;

/**
 * Runs the steps that arrive during one turn of the event loop in one transaction, so that a single disk flush
 * serves them all. A batch runs from BEGIN to COMMIT without yielding: nothing else can come between.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #totalChanges: StatementSync;
  readonly #confirm: () => void;
  #queue: QueuedStep[] = [];
  #changesSeen: unknown;
  #durableCommits = 0;

  /** `confirm` is asked before and after each transaction, and throws if one is worth nothing. */
  constructor(database: DatabaseSync, confirm: () => void = () => {}) {
    this.#database = database;
    this.#confirm = confirm;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#totalChanges = database.prepare('SELECT total_changes() AS changes');
    this.#changesSeen = this.#totalChanges.get()?.['changes'];
  }

  /** How many transactions that changed something were committed since the start. */
  get durableCommits(): number {
    return this.#durableCommits;
  }

  /**
   * Resolves when what `run` did is durable. Rejects with what `run` threw, having undone it alone, or with an
   * `UnavailableError` if the database failed. `run` is synchronous and may be called twice; its first call is
   * then undone.
   */
  step<T>(run: () => T): Promise<T> {
    if (this.#queue.length >= STEPS_QUEUED_MAX) {
      return Promise.reject(
        new UnavailableError(`the database is busy: ${STEPS_QUEUED_MAX} steps wait for it`),
      );
    }
    return new Promise<T>((resolve, reject) => {
      // Only `run` yields the value, so the type that the queue forgets is still right.
      this.#queue.push({ run, resolve: (value) => resolve(value as T), reject });
      if (this.#queue.length === 1) setImmediate(() => this.flush());
    });
  }

  /** Runs the waiting steps now. */
  flush(): void {
    const batch = this.#queue;
    this.#queue = [];
    if (batch.length === 0) return;
    let outcomes: readonly Outcome[];
    try {
      outcomes = this.#runDurably(batch);
    } catch (error) {
      // Without a commit nothing has happened, whatever the steps returned.
      const failure = storageFailure(error);
      for (const step of batch) step.reject(failure);
      return;
    }
    for (const [index, step] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) continue;
      if ('error' in outcome) step.reject(storageFailure(outcome.error));
      else step.resolve(outcome.value);
    }
  }

  /**
   * Ends a transaction that a failure left open: its changes must neither be seen nor be committed later. Called
   * before anything is done rather than after a failure, since it can fail itself.
   */
  rollBack(): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
  }

  #runDurably(batch: readonly QueuedStep[]): readonly Outcome[] {
    this.rollBack();
    this.#confirm();
    this.#begin.run();
    let outcomes: readonly Outcome[];
    try {
      outcomes = batch.map((step) => ({ value: step.run() }));
    } catch {
      // Rare, so savepoints are paid for only now: the same again, each step by itself.
      this.rollBack();
      this.#begin.run();
      outcomes = batch.map((step) => this.#runAlone(step));
    }
    const changes = this.#totalChanges.get()?.['changes'];
    if (changes !== this.#changesSeen) countWrite(this.#database);
    this.#commit.run();
    this.#confirm();
    if (changes !== this.#changesSeen) this.#durableCommits += 1;
    this.#changesSeen = changes;
    return outcomes;
  }

  #runAlone(step: QueuedStep): Outcome {
    this.#database.exec('SAVEPOINT step');
    try {
      const value = step.run();
      this.#database.exec('RELEASE step');
      return { value };
    } catch (error) {
      // A full disk or an I/O error ends the whole transaction, and with it the steps before.
      if (!this.#database.isTransaction) throw error;
      this.#database.exec('ROLLBACK TO step; RELEASE step');
      return { error };
    }
  }
}
