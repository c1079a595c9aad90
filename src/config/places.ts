import type { Origin } from './faults.ts';
import { joinPath } from './setting-schema.ts';

/** Where a setting stands: its dotted path, and where its value comes from. */
export interface Place {
  readonly path: string;
  readonly origin: Origin;
}

interface Standing {
  readonly path: string;
  readonly originOf: (path: string) => Origin;
}

const standings = new WeakMap<object, Standing>();

/** Notes where a group, a list or a secret stands, for `placeOf`. */
export function notePlace(setting: object, path: string, originOf: Standing['originOf']): void {
  standings.set(setting, { path, originOf });
}

/**
 * Where a group, a list or a secret of a configuration stands, or one of its members: for faults that show only when
 * the settings are put to use. What no configuration was read into has the place of a default, without a path.
 */
export function placeOf(setting: object, member?: string | number): Place {
  const { path: group, originOf } = standings.get(setting) ?? NOWHERE;
  const path = member === undefined ? group : joinPath(group, String(member));
  return { path, origin: originOf(path) };
}

const NOWHERE: Standing = { path: '', originOf: () => ({ kind: 'default' }) };

/** The copy, which stands where the original does. */
export function inPlaceOf<T extends object>(original: object, copy: T): T {
  const standing = standings.get(original);
  if (standing) standings.set(copy, standing);
  return copy;
}
