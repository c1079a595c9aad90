import { shown } from '../ports/hidden-characters.ts';

/** Where a value comes from. */
export type Origin =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly file: string; readonly line: number | undefined }
  | { readonly kind: 'env'; readonly variable: string }
  | { readonly kind: 'override'; readonly path: string }
  | { readonly kind: 'flag'; readonly path: string };

/** One thing that is wrong with a configuration. */
export interface ConfigFault {
  /** Dotted path of the setting; empty for the configuration as a whole. */
  readonly path: string;
  /** What is wrong. Never shows a secret. */
  readonly reason: string;
  /** What would be accepted, or what to do. */
  readonly accepted: string;
  /** The valid name most like the one given. */
  readonly nearest?: string | undefined;
  readonly origin: Origin;
}

/** The configuration can't be used; `faults` holds everything that is wrong with it, in reading order. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    super(`the configuration has ${faults.length} fault(s):\n${faults.map(describeFault).join('\n')}`);
    this.faults = faults;
  }
}

/** One line, whatever was written for the setting, its name or the name of its file. */
export function describeFault(fault: ConfigFault): string {
  const place = fault.origin.kind === 'default' ? '' : ` (${describeOrigin(fault.origin)})`;
  const subject = fault.path === '' ? '' : `${shown(fault.path)}: `;
  return `${subject}${shown(fault.reason)}; accepted: ${shown(fault.accepted)}.${hintOf(fault)}${place}`;
}

/** A sentence of its own, after a space; or nothing. */
export function hintOf({ nearest }: Pick<ConfigFault, 'nearest'>): string {
  return nearest === undefined ? '' : ` Did you mean ${shown(nearest)}?`;
}

export function describeOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'default':
      return 'default';
    case 'file':
      return origin.line === undefined ? shown(origin.file) : `${shown(origin.file)}:${origin.line}`;
    case 'env':
      return shown(origin.variable);
    case 'override':
      return `override ${shown(origin.path)}`;
    case 'flag':
      return `--set ${shown(origin.path)}`;
  }
}

/**
 * The one candidate that is so like `name` that it was probably meant: alike but for case, or a few slips of the
 * pen away. `undefined`: none is, or several are alike.
 */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  const slipsMax = Math.min(3, Math.floor(name.length / 3));
  const near = candidates
    .map((candidate) => ({ candidate, slips: countSlips(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ slips }) => slips <= slipsMax)
    .sort((a, b) => a.slips - b.slips);
  const [first, second] = near;
  return first === undefined || first.slips === second?.slips ? undefined : first.candidate;
}

/** How many letters to insert, delete, replace or swap with their neighbour make `b` of `a`. */
function countSlips(a: string, b: string): number {
  let earlier: readonly number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const replaced = at(row, j) + (a[i] === b[j] ? 0 : 1);
      const swapped = j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j] ? at(earlier, j - 1) + 1 : replaced;
      next.push(Math.min(replaced, swapped, at(row, j + 1) + 1, at(next, j) + 1));
    }
    earlier = row;
    row = next;
  }
  return at(row, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
