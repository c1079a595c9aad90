import { DAY_MS } from '../../ports/clock.ts';

/** What every key of ours and of Google's keeps to, whatever it is written in. [ENC-5] */

/** Two years with a leap day. */
export const LIFETIME_MAX_MS = 731 * DAY_MS;
export const RSA_BITS_MIN = 2048;
/** Above it a single message would hold a thread for tens of milliseconds. */
export const RSA_BITS_MAX = 4096;
/** Of an RSA public exponent; a long one would be as costly as a private operation. */
export const EXPONENT_BYTES_MAX = 4;

/** How long a key of ours lives that is to be valid for so many days. Throws `RangeError` for a life that isn't allowed. */
export function lifetimeMsOf(validityDays: number): number {
  const lifetimeMs = validityDays * DAY_MS;
  if (Number.isInteger(validityDays) && validityDays >= 1 && lifetimeMs <= LIFETIME_MAX_MS) return lifetimeMs;
  throw new RangeError(`a key lives 1 to ${LIFETIME_MAX_MS / DAY_MS} days [ENC-5]`);
}

/** Throws `RangeError` for a strength of a key of ours that isn't allowed. */
export function checkRsaBits(bits: number): void {
  if (Number.isInteger(bits) && bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX) return;
  throw new RangeError(`an RSA key has ${RSA_BITS_MIN} to ${RSA_BITS_MAX} bits [ENC-5]`);
}
