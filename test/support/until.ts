import { setImmediate } from 'node:timers/promises';

/**
 * Resolves when a condition holds; looks at every turn of the event loop. Where it never holds, what waits ends by this
 * error, and does not go on beside all other tests for ever.
 */
export async function until(isSo: () => boolean | Promise<boolean>, msMax = 60_000): Promise<void> {
  const lastMs = performance.now() + msMax;
  while (!(await isSo())) {
    if (performance.now() > lastMs) throw new Error(`${msMax} ms went by without ${isSo}`);
    await setImmediate();
  }
}
