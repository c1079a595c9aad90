import type { Clock, Deadline } from './clock.ts';

/** A deadline with a timer of its own. */
export interface OwnDeadline extends Deadline {
  /** Nobody waits for it any more: its signal doesn't abort, and its timer keeps no process alive. */
  cancel(): void;
}

/** A deadline `budgetMs` (> 0) from now. [OPS-2] */
export function createDeadline(clock: Clock, budgetMs: number): OwnDeadline {
  const atMs = clock.steadyMs() + budgetMs;
  const remainingMs = () => Math.max(0, atMs - clock.steadyMs());
  let controller: AbortController | undefined;
  let cancel = () => {};
  return {
    atMs,
    remainingMs,
    get signal() {
      if (controller === undefined) {
        controller = new AbortController();
        cancel = clock.after(remainingMs(), () => controller?.abort());
      }
      return controller.signal;
    },
    cancel: () => cancel(),
  };
}

/** The same deadline, `reserveMs` earlier: what the caller still has to do afterwards fits into the reserve. */
export function earlier(clock: Clock, deadline: Deadline, reserveMs: number): OwnDeadline {
  return createDeadline(clock, Math.max(1, deadline.remainingMs() - reserveMs));
}

/**
 * What `work` yields, or what `late` yields (or throws) if the deadline comes first. The work itself goes on
 * unheeded: whoever needs its later outcome keeps the promise.
 */
export function within<T>(clock: Clock, deadline: Deadline, work: Promise<T>, late: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(deadline.remainingMs(), () => {
      try {
        resolve(late());
      } catch (error) {
        reject(error);
      }
    });
    work.then(resolve, reject).finally(cancel);
  });
}
