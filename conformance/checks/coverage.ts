import { catalog } from './catalog.ts';
import type { Check } from './check.ts';
import { notVisible } from './not-visible.ts';

export interface Coverage {
  readonly checks: readonly Check[];
  /** Why there can be no check. `undefined`: there are some, or nobody has said. */
  readonly reason: string | undefined;
}

/** What the suite has to say about a requirement, or about a chosen reading. */
export function coverageOf(requirement: string): Coverage {
  return {
    checks: catalog.filter(({ requirements }) => requirements.includes(requirement)),
    reason: notVisible[requirement],
  };
}
