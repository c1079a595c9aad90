import type { AccountSettings } from '../compose-accounts.ts';
import type { ConfigSources } from '../config/layers.ts';
import { readSomeSettings } from './some-settings.ts';

/** The settings that say where the accounts are, so that accounts can be imported where the server's secrets are not. */
export function readAccountSettings(sources: ConfigSources): AccountSettings {
  return readSomeSettings(sources, ['profile', 'dataDirectory'] satisfies (keyof AccountSettings)[]);
}
