import { constants } from 'node:os';

/**
 * Resolves at the first SIGTERM or SIGINT. A second one ends the process at once, for whoever doesn't want to wait
 * for the orderly stop.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(128 + constants.signals[signal]);
        asked = true;
        resolve(signal);
      });
    }
  });
}
