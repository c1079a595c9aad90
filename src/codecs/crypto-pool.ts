import { Worker } from 'node:worker_threads';
import type { Deadline } from '../ports/clock.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import type { JobMessage, ThreadMessage } from './crypto-thread.ts';

export interface CryptoPoolOptions<Keys> {
  /** A module that calls `answerJobs`: `new URL('./pgp-thread.ts', import.meta.url)`, whose ending the build changes. */
  readonly module: URL;
  /** ≥ 1. One a core that nothing else keeps busy. */
  readonly threads: number;
  /** How many jobs of each urgency may wait, ≥ 0; one more is `UnavailableError`. */
  readonly waitingMax: number;
  /**
   * Jobs that a thread holds, the one at work among them; default 8, so that it has work while the main thread waits
   * for the disk, and for jobs that wait themselves, each for work that other threads do. An answer waits for all of
   * them.
   */
  readonly jobsPerThread?: number | undefined;
  /** What each thread needs before its first job; anything that can be cloned, `KeyObject`s too. */
  readonly keys: Keys;
}

/** `answer`: goes ahead of those that are `request`, for the work behind an answer is done already. */
export type Urgency = 'request' | 'answer';

const JOBS_PER_THREAD = 8;
/** Before a thread that died without having been of use is replaced. */
const REPLACE_AFTER_MS = 1000;

interface WaitingJob<Job, Result> {
  readonly job: Job;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
  readonly deadline: Deadline | undefined;
}

interface Thread<Job, Result> {
  readonly worker: Worker;
  ready: boolean;
  readonly jobs: Map<number, WaitingJob<Job, Result>>;
}

/**
 * A few threads that compute, and a bounded number of jobs that wait for them: RSA never blocks the event loop, and
 * an overload is refused at once. A thread that dies takes its jobs with it, as `UnavailableError`, and is replaced;
 * those that wait are left to its replacement, until their deadlines.
 */
export class CryptoPool<Keys, Job, Result> {
  readonly #options: CryptoPoolOptions<Keys>;
  readonly #threads = new Set<Thread<Job, Result>>();
  readonly #waiting: Record<Urgency, WaitingJob<Job, Result>[]> = { answer: [], request: [] };
  readonly #replacements = new Set<NodeJS.Timeout>();
  #keys: Keys;
  #nextId = 0;
  #closed = false;

  private constructor(options: CryptoPoolOptions<Keys>) {
    this.#options = options;
    this.#keys = options.keys;
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
   * Runs a job on the keys that are in force now. Throws `UnavailableError` if no thread is ready, if there is no
   * room, or if its thread dies. A job that still waits at its deadline is not done, and keeps no room: nobody waits for
   * it any more.
   */
  run(job: Job, urgency: Urgency, deadline?: Deadline): Promise<Result> {
    return new Promise((resolve, reject) => {
      const queue = this.#waiting[urgency];
      dropLate(queue);
      const refuse = (message: string) => reject(new UnavailableError(message));
      if (this.#closed) return refuse('the cryptography threads are closed');
      if (![...this.#threads].some(({ ready }) => ready)) return refuse('no cryptography thread is ready');
      if (queue.length >= this.#options.waitingMax && !this.#idleThread()) {
        return refuse('the cryptography threads have no capacity left');
      }
      queue.push({ job, resolve, reject, deadline });
      this.#assign();
    });
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
    for (const { reject } of [...this.#waiting.answer.splice(0), ...this.#waiting.request.splice(0)]) {
      reject(new UnavailableError('the cryptography threads are closed'));
    }
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
  }

  #startThread(): Promise<void> {
    const worker = new Worker(this.#options.module, { workerData: this.#keys });
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

  #idleThread(): Thread<Job, Result> | undefined {
    const { jobsPerThread = JOBS_PER_THREAD } = this.#options;
    let idlest: Thread<Job, Result> | undefined;
    for (const thread of this.#threads) {
      if (!thread.ready || thread.jobs.size >= jobsPerThread) continue;
      if (!idlest || thread.jobs.size < idlest.jobs.size) idlest = thread;
    }
    return idlest;
  }

  #assign(): void {
    for (;;) {
      for (const queue of Object.values(this.#waiting)) dropLate(queue);
      const thread = this.#idleThread();
      const waiting = thread && (this.#waiting.answer.shift() ?? this.#waiting.request.shift());
      if (!thread || !waiting) return;
      this.#nextId += 1;
      thread.jobs.set(this.#nextId, waiting);
      thread.worker.postMessage({ kind: 'job', id: this.#nextId, job: waiting.job } satisfies JobMessage<
        Keys,
        Job
      >);
    }
  }
}

/** Those that came first have the earliest deadlines. */
function dropLate<Job, Result>(queue: WaitingJob<Job, Result>[]): void {
  while (queue[0]?.deadline?.remainingMs() === 0) {
    queue.shift()?.reject(new UnavailableError('no cryptography thread was free by the deadline'));
  }
}
