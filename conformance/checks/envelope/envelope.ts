import type { Check } from '../check.ts';
import { clockChecks } from './clock.ts';
import { errorChecks } from './errors.ts';
import { headerChecks } from './header.ts';
import { jsonChecks } from './json.ts';

/** Strict JSON, the request header, the clock, and what errors look like. */
export const envelopeChecks: readonly Check[] = [
  ...jsonChecks,
  ...headerChecks,
  ...clockChecks,
  ...errorChecks,
];
