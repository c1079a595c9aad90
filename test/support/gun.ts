import { Worker } from 'node:worker_threads';

/** Ends this process as a power cut would, here and now. */
export function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal ends the process before anything else happens.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}

/**
 * Loads a gun in another thread, since while this one is in a system call only another can choose the moment.
 * The returned function fires it, after so many µs.
 */
export async function loadGun(): Promise<(afterMicros: number) => void> {
  const trigger = new Int32Array(new SharedArrayBuffer(4));
  const source = `const { parentPort, workerData } = require('node:worker_threads');
    parentPort.postMessage('loaded');
    while (Atomics.load(workerData, 0) === 0);
    const endsAt = performance.now() + Atomics.load(workerData, 0) / 1000;
    while (performance.now() < endsAt);
    process.kill(process.pid, 'SIGKILL');`;
  const worker = new Worker(source, { eval: true, workerData: trigger });
  await new Promise((resolve) => worker.once('message', resolve));
  worker.unref();
  return (afterMicros) => Atomics.store(trigger, 0, Math.max(1, Math.round(afterMicros)));
}
