import { parentPort, workerData } from 'node:worker_threads';

/** From the pool to a thread. */
export type JobMessage<Keys, Job> =
  | { readonly kind: 'job'; readonly id: number; readonly job: Job }
  | { readonly kind: 'keys'; readonly keys: Keys };

/** From a thread to the pool. */
export type ThreadMessage<Result> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly result: Result }
  | { readonly kind: 'failed'; readonly id: number; readonly error: Error };

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
  port.on('message', async (message: JobMessage<Keys, Job>) => {
    if (message.kind === 'keys') {
      perform = prepare(message.keys);
      return;
    }
    const { id, job } = message;
    try {
      send({ kind: 'done', id, result: await perform(job) });
    } catch (error) {
      send({ kind: 'failed', id, error: error instanceof Error ? error : new Error(String(error)) });
    }
  });
  send({ kind: 'ready' });
}
