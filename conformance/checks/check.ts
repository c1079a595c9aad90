import type { CodecName } from '../google/codecs/codec.ts';
import type { Trial } from './trial.ts';

/** A MUST that isn't met fails the run; a SHOULD that isn't met is a warning. */
export type Level = 'MUST' | 'SHOULD';

export const families = [
  'envelope',
  'echo',
  'send-otp',
  'verify-otp',
  'idempotency',
  'sealing',
  'transport',
  'latency',
] as const;
export type Family = (typeof families)[number];

/**
 * When a check may run. `any`: beside others. `late`: after all of them, one at a time, since it uses up a test
 * subject or holds the endpoint busy. `verdict`: at the very end; it judges what all the others saw.
 */
export type Phase = 'any' | 'late' | 'verdict';

/** One thing that the public protocol demands and that can be seen from outside. */
export interface Check {
  /** `family/name`. Once published it never changes its meaning. */
  readonly id: string;
  /** Ids of the protocol reference: a requirement such as `IDEM-6`, or a chosen reading such as `OQ-18`. */
  readonly requirements: readonly string[];
  readonly level: Level;
  /** One sentence: what a right endpoint does. */
  readonly expects: string;
  /** The most text messages that a right endpoint sends because of it. */
  readonly texts?: number;
  /** Whether it looks at the one specimen text that all such checks of a run share. */
  readonly specimen?: boolean;
  /** How many echo calls it makes. */
  readonly echoes?: number;
  /** How many wrong codes it tries on known subjects. */
  readonly wrongCodes?: number;
  /** Only with these codecs. `undefined`: with every one. */
  readonly codecs?: readonly CodecName[];
  /** `undefined`: `any`. */
  readonly phase?: Phase;
  run(trial: Trial): Promise<void>;
}

export function familyOf(check: Pick<Check, 'id'>): Family {
  const name = check.id.slice(0, check.id.indexOf('/'));
  const family = families.find((candidate) => candidate === name);
  if (family === undefined) throw new Error(`${check.id} belongs to no family`);
  return family;
}
