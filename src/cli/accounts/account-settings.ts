import type { ConfigSources } from '../../config/layers.ts';
import type { DataSettings } from '../../wiring/data-files.ts';
import { readSomeSettings } from '../terminal/some-settings.ts';

/** The settings that say where the accounts are, so that accounts can be imported where the server's secrets are not. */
export function readAccountSettings(sources: ConfigSources): DataSettings {
  return readSomeSettings(sources, ['profile', 'dataDirectory'] satisfies (keyof DataSettings)[]);
}
