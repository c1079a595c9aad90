import type { Logger } from 'pino';
import { type Clock, HOUR_MS } from '../ports/clock.ts';

/** It is looked at every minute, and may last for days. */
const QUIET_MS = HOUR_MS;

/** Tells why nothing is deleted, a line an hour at most. */
export function reportDoubtToLog(log: Logger, clock: Clock): (reason: string) => void {
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  return (reason) => {
    const nowMs = clock.steadyMs();
    if (nowMs < quietUntilMs) return;
    quietUntilMs = nowMs + QUIET_MS;
    log.warn({ reason }, 'retention');
  };
}
