import { parentPort, workerData } from 'node:worker_threads';

/** From the pool to a thread. */
export type JobMessage<Keys, Job> =
  | { readonly kind: 'job'; readonly id: number; readonly job: Job }
  | { readonly kind: 'keys'; readonly keys: Keys };

/** From a thread to the pool. */
export type ThreadMessage<Result> =
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'done'; readonly result: Result } & DoneJob)
  | ({ readonly kind: 'failed'; readonly error: Error } & DoneJob);

interface DoneJob {
  readonly id: number;
  /** Since the job before it was done, or since it came, whichever was later. */
  readonly tookMs: number;
}

/**
 * What the module of a `CryptoPool` thread calls, once. `prepare` makes of the keys what jobs need, at the start and
 * whenever they are replaced; the function it returns does one job, and may throw, which fails that job only.
 */
export function answerJobs<Keys, Job, Result>(
  prepare: (keys: Keys) => (job: Job) => Result | Promise<Result>,
): void {
  const port = parentPort;
  if (!port) throw new Error('this module runs in a thread of a CryptoPool');
  const send = (message: ThreadMessage<Result>) => port.postMessage(message);
  let perform = prepare(workerData);
  let inHand = 0;
  let sinceMs = 0;
  const done = (id: number): DoneJob => {
    const tookMs = performance.now() - sinceMs;
    sinceMs += tookMs;
    inHand -= 1;
    return { id, tookMs };
  };
  port.on('message', async (message: JobMessage<Keys, Job>) => {
    if (message.kind === 'keys') {
      perform = prepare(message.keys);
      return;
    }
    const { id, job } = message;
    if (inHand === 0) sinceMs = performance.now();
    inHand += 1;
    try {
      const result = await perform(job);
      send({ kind: 'done', result, ...done(id) });
    } catch (error) {
      send({ kind: 'failed', ...done(id), error: error instanceof Error ? error : new Error(String(error)) });
    }
  });
  send({ kind: 'ready' });
}
