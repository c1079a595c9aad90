import type { ConfigSources } from '../../config/layers.ts';
import { readSomeSettings } from './some-settings.ts';

/**
 * The settings that say where the store is, or the accounts, so that accounts can be imported where the server's secrets
 * are not. Throws `ConfigError`.
 */
export function readDataSettings<Part extends 'store' | 'directory'>(
  sources: ConfigSources,
  ...parts: readonly Part[]
) {
  return readSomeSettings(sources, ['profile', 'dataDirectory', ...parts]);
}
