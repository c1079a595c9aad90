import type { Clock } from '../ports/clock.ts';

const QUIET_MS = 10_000;

/** How many lines of one kind were left out before this one; `undefined` where there were none. */
type Untold = { readonly untold: number | undefined };

/**
 * Says whether a line may be written about something that anyone can cause: `linesMax` (≥ 1) of a kind in ten seconds.
 * `undefined`: no; it is counted, and told with the next one that may. Kinds must be few, for they are kept.
 */
export function createQuiet(
  clock: Pick<Clock, 'steadyMs'>,
  linesMax: number,
): (kind: string) => Untold | undefined {
  const kinds = new Map<string, { untilMs: number; told: number; untold: number }>();
  return (kind) => {
    const nowMs = clock.steadyMs();
    const known = kinds.get(kind) ?? { untilMs: 0, told: 0, untold: 0 };
    if (nowMs >= known.untilMs) Object.assign(known, { untilMs: nowMs + QUIET_MS, told: 0 });
    kinds.set(kind, known);
    if (known.told >= linesMax) {
      known.untold += 1;
      return undefined;
    }
    const untold = known.untold || undefined;
    Object.assign(known, { told: known.told + 1, untold: 0 });
    return { untold };
  };
}
