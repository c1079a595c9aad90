import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import { createQuiet } from './quiet.ts';

/** Told of each request that is answered before anything looks at it, with an empty body. Never of what it said. */
export type OnRefused = (status: number) => void;

/** Anyone can cause them: a line in ten seconds for each status, which counts the others. */
export function reportRefusalsToLog(log: Logger, clock: Clock): (listener: string, status: number) => void {
  const quiet = createQuiet(clock, 1);
  return (listener, status) => {
    const told = quiet(`${listener} ${status}`);
    if (told) log.warn({ listener, status, ...told }, 'refused');
  };
}
