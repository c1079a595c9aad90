import { formerSettings, type NamedSetting, nameSettings } from '../config/named-settings.ts';
import { settings } from './settings.ts';

/** Every setting that there is, groups before their members. */
export const namedSettings: readonly NamedSetting[] = nameSettings(settings);

/** Those that are no more, or have another name now. */
export const formerNames: readonly NamedSetting[] = formerSettings(namedSettings, settings);
