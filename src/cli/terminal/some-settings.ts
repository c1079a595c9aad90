import { ConfigError } from '../../config/faults.ts';
import type { ConfigSources } from '../../config/layers.ts';
import { inspectConfig } from '../../settings/load.ts';
import { namedSettings } from '../../settings/named-settings.ts';
import type { Settings } from '../../settings/settings.ts';

/** A setting by its dotted path, or a group of them. */
type SettingPath = keyof Settings | `${keyof Settings}.${string}`;

type GroupOf<Path extends SettingPath> = Path extends `${infer Group extends keyof Settings}.${string}`
  ? Group
  : Extract<Path, keyof Settings>;

/**
 * The groups of a few settings. Only the settings that are named have to be sound, so that a command works where the
 * server's secrets are not; but a name that is no setting may be one of them misspelt. Throws `ConfigError`.
 */
export function readSomeSettings<Path extends SettingPath>(
  sources: ConfigSources,
  needed: readonly Path[],
): Pick<Settings, GroupOf<Path>> {
  const { faults, values } = inspectConfig(sources);
  const relevant = faults.filter((fault) => needed.some((path) => areAlong(knownPath(fault.path), path)));
  if (relevant.length > 0) throw new ConfigError(relevant);
  return values as Pick<Settings, GroupOf<Path>>;
}

/** The setting that a fault is about, or the group in which it is of no setting. */
function knownPath(path: string): string {
  const known = namedSettings.map((setting) => setting.path).filter((name) => isWithin(path, name));
  return known.at(-1) ?? '';
}

function areAlong(one: string, other: string): boolean {
  return one === '' || isWithin(one, other) || isWithin(other, one);
}

function isWithin(path: string, group: string): boolean {
  return `${path}.`.startsWith(`${group}.`);
}
