import type { Config } from './config.ts';

/** What a running server takes from a new configuration; everything else waits for its next start. */
const RELOADED =
  /^(warnings|http\.tls\.(certificates|clientCa)|payload\.graceMs|payload\.\w+\.(ours|google))$/;

/**
 * Paths of the settings that differ and don't take effect in a running server. A secret counts as the same as long as
 * it is kept at the same place.
 */
export function settingsThatWait(before: Config, after: Config): readonly string[] {
  return differences(before, after, '');
}

function differences(before: unknown, after: unknown, path: string): readonly string[] {
  if (RELOADED.test(path) || JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isGroup(before) || !isGroup(after)) return [path];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
    differences(before[name], after[name], path === '' ? name : `${path}.${name}`),
  );
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('reveal' in value);
}
