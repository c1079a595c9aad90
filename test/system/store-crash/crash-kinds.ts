import type { Settings } from '../../../src/settings/settings.ts';
import type { CrashKind } from './crash-kind.ts';
import { postgres } from './postgres.ts';
import { sqlite } from './sqlite.ts';

/** Every kind of store, as it is killed. */
export const crashKinds: Readonly<Record<Settings['store']['kind'], CrashKind>> = { sqlite, postgres };
