import { type NamedSetting, nameSettings } from '../config/named-settings.ts';
import { settings } from './settings.ts';

/** Every setting that there is, groups before their members. */
export const namedSettings: readonly NamedSetting[] = nameSettings(settings);
