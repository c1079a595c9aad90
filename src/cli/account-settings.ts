import type { AccountSettings } from '../compose-accounts.ts';
import { ConfigError } from '../config/faults.ts';
import type { ConfigSources } from '../config/layers.ts';
import { settings } from '../config/settings.ts';
import { inspectConfig } from '../config.ts';

const needed: readonly string[] = ['profile', 'dataDirectory'] satisfies (keyof AccountSettings)[];

/**
 * The settings that say where the accounts are. Only these have to be sound, so that accounts can be imported where the
 * server's secrets are not; but a name that is no setting may be one of them misspelt. Throws `ConfigError`.
 */
export function readAccountSettings(sources: ConfigSources): AccountSettings {
  const { faults, values } = inspectConfig(sources);
  const others = Object.keys(settings.properties).filter((name) => !needed.includes(name));
  const relevant = faults.filter(({ path }) => !others.includes(path.split('.')[0] ?? ''));
  if (relevant.length > 0) throw new ConfigError(relevant);
  return values as AccountSettings;
}
