import { constants } from 'node:os';

/** A terminal or a service manager signals every process of a group, and a launcher among them hands its own on. */
const sameSignalMs = 500;

/**
 * Resolves at the first SIGTERM or SIGINT. A second one ends the process at once, for whoever doesn't want to wait
 * for the orderly stop; the same one within half a second is not a second one.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: { readonly signal: NodeJS.Signals; readonly atMs: number } | undefined;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        const nowMs = performance.now();
        first ??= { signal, atMs: nowMs };
        const second = signal !== first.signal || nowMs - first.atMs > sameSignalMs;
        if (second) process.exit(128 + constants.signals[signal]);
        resolve(signal);
      });
    }
  });
}
