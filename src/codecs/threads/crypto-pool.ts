import { Worker } from 'node:worker_threads';
import { type Caller, TRUSTED_CALLER } from '../../ports/caller.ts';
import type { Clock, Deadline } from '../../ports/clock.ts';
import { UnavailableError } from '../../ports/unavailable.ts';
import type { JobMessage, ThreadMessage } from './crypto-thread.ts';
import { JobQueue, type Urgency, type Waiting } from './job-queue.ts';

export interface CryptoPoolOptions<Keys> {
  /** A module that calls `answerJobs`: `new URL('../openpgp/thread.ts', import.meta.url)`, whose ending the build changes. */
  readonly module: URL;
  /** ≥ 1. One a core that nothing else keeps busy. */
  readonly threads: number;
  readonly clock: Clock;
  /** How many requests may wait, ≥ 0, half as many of those that prove nothing; one more is `UnavailableError`. */
  readonly waitingMax: number;
  /**
   * Jobs that a thread holds, the one at work among them; default 8, or as many as take 40 ms, so that it has work while
   * the main thread is busy. An answer waits for all of them. Half of them at most are of callers who proved nothing.
   */
  readonly jobsPerThread?: number | undefined;
  /** What each thread needs before its first job; anything that can be cloned, `KeyObject`s too. */
  readonly keys: Keys;
}

/** What a job is for, and whose it is. */
export interface JobTerms {
  readonly urgency: Urgency;
  /** Nobody waits for it any longer; `undefined`: somebody does, however long it takes. */
  readonly deadline?: Deadline | undefined;
  /** `undefined`: somebody within this process. */
  readonly caller?: Pick<Caller, 'proved' | 'rank'> | undefined;
  /** The most private operations that it takes, ≥ 1; default 1. */
  readonly cost?: number | undefined;
}

/** Threads need none, and each would have a copy of the secrets in it. */
const NO_ENVIRONMENT = {};

const JOBS_PER_THREAD = 8;
const JOBS_PER_THREAD_MAX = 64;
const HELD_MS = 40;
/** Before a thread that died without having been of use is replaced. */
const REPLACE_AFTER_MS = 1000;

interface WaitingJob<Job, Result> extends Waiting {
  readonly job: Job;
  readonly resolve: (result: Result) => void;
}

interface Thread<Job, Result> {
  readonly worker: Worker;
  ready: boolean;
  readonly jobs: Map<number, WaitingJob<Job, Result>>;
}

/**
 * A few threads that compute, and jobs that wait for them, as many as can be begun in time: RSA never blocks the event
 * loop, and an overload is refused at once. A thread that dies takes its jobs with it, as `UnavailableError`, and is replaced;
 * those that wait are left to its replacement, until their deadlines.
 */
export class CryptoPool<Keys, Job, Result> {
  readonly #options: CryptoPoolOptions<Keys>;
  readonly #threads = new Set<Thread<Job, Result>>();
  readonly #waiting: JobQueue<WaitingJob<Job, Result>>;
  readonly #replacements = new Set<NodeJS.Timeout>();
  #keys: Keys;
  /** Of one job; a moving average. */
  #tookMs = HELD_MS / JOBS_PER_THREAD;
  #nextId = 0;
  #closed = false;

  private constructor(options: CryptoPoolOptions<Keys>) {
    this.#options = options;
    this.#keys = options.keys;
    this.#waiting = new JobQueue(options.clock, options.waitingMax);
  }

  /** Resolves when all threads are ready; rejects if one can't be started. */
  static async start<Keys, Job, Result>(
    options: CryptoPoolOptions<Keys>,
  ): Promise<CryptoPool<Keys, Job, Result>> {
    const pool = new CryptoPool<Keys, Job, Result>(options);
    try {
      await Promise.all(Array.from({ length: options.threads }, () => pool.#startThread()));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /**
   * Runs a job on the keys that are in force now. Throws `UnavailableError` if no thread is ready, if a request can't be
   * begun in time, or if its thread dies. A job that still waits at its deadline, or a request that has waited too long
   * to be answered by it, is not done and keeps no room.
   */
  run(job: Job, { urgency, deadline, caller = TRUSTED_CALLER, cost = 1 }: JobTerms): Promise<Result> {
    return new Promise((resolve, reject) => {
      const refuse = (message: string) => reject(new UnavailableError(message));
      if (this.#closed) return refuse('the cryptography threads are closed');
      if (![...this.#threads].some(({ ready }) => ready)) return refuse('no cryptography thread is ready');
      this.#waiting.add({ job, urgency, deadline, caller, cost, resolve, reject });
      this.#assign();
    });
  }

  /** Whether a request of such a caller could be taken now, if it had so much time. */
  hasRoom(caller: Pick<Caller, 'proved' | 'rank'>, budgetMs: number): boolean {
    return this.#waiting.hasRoom(caller, budgetMs);
  }

  /** Gives all threads other keys. Jobs that a thread already has are done with the keys before, all others with these. */
  replaceKeys(keys: Keys): void {
    this.#keys = keys;
    for (const { worker } of this.#threads)
      worker.postMessage({ kind: 'keys', keys } satisfies JobMessage<Keys, Job>);
  }

  /** Ends the threads. Jobs not done are `UnavailableError`. Safe to call twice. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const replacement of this.#replacements) clearTimeout(replacement);
    for (const { reject } of this.#waiting.clear()) {
      reject(new UnavailableError('the cryptography threads are closed'));
    }
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
  }

  #startThread(): Promise<void> {
    const worker = new Worker(this.#options.module, { workerData: this.#keys, env: NO_ENVIRONMENT });
    const thread: Thread<Job, Result> = { worker, ready: false, jobs: new Map() };
    this.#threads.add(thread);
    return new Promise((resolve, reject) => {
      let fault: unknown;
      worker.on('error', (error) => {
        fault = error;
      });
      worker.on('message', (message: ThreadMessage<Result>) => {
        if (message.kind === 'ready') {
          thread.ready = true;
          resolve();
        } else {
          this.#settle(thread, message);
        }
        this.#assign();
      });
      worker.on('exit', () => {
        const died = new UnavailableError('a cryptography thread died', { cause: fault });
        reject(died);
        this.#bury(thread, died);
      });
    });
  }

  #settle(thread: Thread<Job, Result>, message: Exclude<ThreadMessage<Result>, { kind: 'ready' }>): void {
    const waiting = thread.jobs.get(message.id);
    thread.jobs.delete(message.id);
    this.#tookMs = 0.95 * this.#tookMs + 0.05 * message.tookMs;
    if (message.kind === 'done') waiting?.resolve(message.result);
    else waiting?.reject(message.error);
  }

  #bury(thread: Thread<Job, Result>, died: UnavailableError): void {
    this.#threads.delete(thread);
    for (const { reject } of thread.jobs.values()) reject(died);
    if (this.#closed) return;
    const replacement = setTimeout(
      () => {
        this.#replacements.delete(replacement);
        this.#startThread().catch(() => {});
      },
      thread.ready ? 0 : REPLACE_AFTER_MS,
    );
    this.#replacements.add(replacement);
  }

  get #jobsPerThread(): number {
    const inTime = Math.min(JOBS_PER_THREAD_MAX, Math.ceil(HELD_MS / this.#tookMs));
    return this.#options.jobsPerThread ?? Math.max(JOBS_PER_THREAD, inTime);
  }

  #idleThread(): Thread<Job, Result> | undefined {
    const jobsPerThread = this.#jobsPerThread;
    let idlest: Thread<Job, Result> | undefined;
    for (const thread of this.#threads) {
      if (!thread.ready || thread.jobs.size >= jobsPerThread) continue;
      if (!idlest || thread.jobs.size < idlest.jobs.size) idlest = thread;
    }
    return idlest;
  }

  /** Gives the threads all that they may hold, and refuses what then is too much to be begun in time. */
  #assign(): void {
    while (this.#assignOne());
    this.#waiting.shed();
  }

  #assignOne(): boolean {
    const thread = this.#idleThread();
    if (!thread) return false;
    const unprovedMax = Math.ceil(this.#jobsPerThread / 2);
    const unproved = [...thread.jobs.values()].filter(isUnproved).length;
    const waiting = this.#waiting.take(unproved < unprovedMax);
    if (!waiting) return false;
    this.#nextId += 1;
    thread.jobs.set(this.#nextId, waiting);
    const { job } = waiting;
    thread.worker.postMessage({ kind: 'job', id: this.#nextId, job } satisfies JobMessage<Keys, Job>);
    return true;
  }
}

function isUnproved({ urgency, caller }: Waiting): boolean {
  return urgency === 'request' && !caller.proved;
}
