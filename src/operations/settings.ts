import type { Origin } from '../config/faults.ts';
import { isGroup } from '../config/layers.ts';
import { withoutCredentials } from '../config/literal-credentials.ts';
import type { ConfigInspection } from '../settings/load.ts';
import { namedSettings } from '../settings/named-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { judgeStart, type StartJudgement } from './judge-start.ts';

/** One setting that has no members of its own. */
export interface SettingInForce {
  readonly path: string;
  /** Secrets by where they are kept, and without a credential that was written into it. `null`: not set. */
  readonly value: unknown;
  readonly origin: Origin;
}

/** Every setting in force, and where it comes from. */
export function listSettings({ values, originOf }: ConfigInspection): readonly SettingInForce[] {
  const secrets = namedSettings.filter(({ schema }) => schema.secret).map(({ path }) => `${path}.`);
  return namedSettings
    .filter(({ schema }) => schema.secret || !(schema.properties || schema.anyOf))
    .filter(({ path }) => !secrets.some((secret) => path.startsWith(secret)))
    .map(({ path }) => {
      const value = path
        .split('.')
        .reduce((node: unknown, name) => (isGroup(node) ? node[name] : undefined), values);
      const name = path.slice(path.lastIndexOf('.') + 1);
      return { path, value: withoutCredentials(value, name) ?? null, origin: originOf(path) };
    });
}

/** All that is wrong with a configuration. A start is judged only where the settings can be read at all. */
export async function judgeSettings(
  { faults, warnings, values }: ConfigInspection,
  nowMs: number,
): Promise<StartJudgement> {
  if (faults.length > 0) return { faults, warnings };
  const start = await judgeStart(values as Settings, nowMs);
  return { faults: start.faults, warnings: [...warnings, ...start.warnings] };
}
