import type { Clock, Deadline } from '../../../ports/clock.ts';

/** A deadline with a timer of its own. */
export interface SoonerDeadline extends Deadline {
  /** Nobody waits for it any more. */
  cancel(): void;
}

/** The deadline, `keptMs` earlier. */
export function sooner(clock: Clock, deadline: Deadline, keptMs: number): SoonerDeadline {
  const ownMs = Math.max(1, deadline.remainingMs() - keptMs);
  const atMs = clock.steadyMs() + ownMs;
  const controller = new AbortController();
  return {
    atMs,
    remainingMs: () => Math.max(0, atMs - clock.steadyMs()),
    signal: AbortSignal.any([deadline.signal, controller.signal]),
    cancel: clock.after(ownMs, () => controller.abort()),
  };
}
