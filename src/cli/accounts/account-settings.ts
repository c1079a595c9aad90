import type { ConfigSources } from '../../config/layers.ts';
import type { AccountSettings } from '../../operations/accounts.ts';
import { readSomeSettings } from '../terminal/some-settings.ts';

/** The settings that say where the accounts are, so that accounts can be imported where the server's secrets are not. */
export function readAccountSettings(sources: ConfigSources): AccountSettings {
  return readSomeSettings(sources, ['profile', 'dataDirectory'] satisfies (keyof AccountSettings)[]);
}
