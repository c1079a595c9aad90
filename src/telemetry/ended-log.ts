import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import { createQuiet } from './quiet.ts';

/**
 * Why a connection was not taken, or ended, without a request that would tell:
 * - `handshake-failed`: no TLS came about.
 * - `handshake-gave-way`: its handshake took long, and others wanted its place.
 * - `gave-way`: nothing valid had come on it, and another one wanted its place.
 * - `no-place`: every place is taken by one that proved itself or is at work.
 * - `refusals`: nothing but what is refused had come on it.
 * - `pipelined`: nothing valid had come on it, and too many requests at once.
 * - `no-descriptors`: the process may open no more files; some gave way.
 */
export type EndedReason =
  | 'handshake-failed'
  | 'handshake-gave-way'
  | 'gave-way'
  | 'no-place'
  | 'refusals'
  | 'pipelined'
  | 'no-descriptors';

/** Told of each connection that was not taken, or ended. `code`: what TLS says about a handshake. */
export type OnEnded = (reason: EndedReason, code?: string) => void;

/** Anyone can cause them: a line in ten seconds for each reason, which counts the others. */
export function reportEndedToLog(
  log: Logger,
  clock: Clock,
): (listener: string, reason: EndedReason, code?: string) => void {
  const quiet = createQuiet(clock, 1);
  return (listener, reason, code) => {
    const told = quiet(`${listener} ${reason}`);
    if (told) log.warn({ listener, reason, code, ...told }, 'connection ended');
  };
}
