import type { Settings } from './settings.ts';

/** A rule between several settings. */
export interface SettingsRule {
  /** The setting that is reported first; the rule is skipped if one of them is faulty by itself. */
  readonly about: readonly [string, ...string[]];
  readonly broken: (settings: Settings) => boolean;
  readonly reason: (settings: Settings) => string;
  readonly accepted: string;
}
