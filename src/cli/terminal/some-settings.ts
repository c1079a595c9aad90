import { ConfigError } from '../../config/faults.ts';
import type { ConfigSources } from '../../config/layers.ts';
import { inspectConfig } from '../../settings/load.ts';
import { type Settings, settings } from '../../settings/settings.ts';

/**
 * A few settings. Only these have to be sound, so that a command works where the server's secrets are not; but a name
 * that is no setting may be one of them misspelt. Throws `ConfigError`.
 */
export function readSomeSettings<Name extends keyof Settings>(
  sources: ConfigSources,
  names: readonly Name[],
): Pick<Settings, Name> {
  const { faults, values } = inspectConfig(sources);
  const needed: readonly string[] = names;
  const others = Object.keys(settings.properties).filter((name) => !needed.includes(name));
  const relevant = faults.filter(({ path }) => !others.includes(path.split('.')[0] ?? ''));
  if (relevant.length > 0) throw new ConfigError(relevant);
  return values as Pick<Settings, Name>;
}
