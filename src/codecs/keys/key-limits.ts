/** What every key of ours and of Google's keeps to, whatever it is written in. [ENC-5] */

/** Two years with a leap day. */
export const LIFETIME_MAX_MS = 731 * 86_400_000;
export const RSA_BITS_MIN = 2048;
/** Above it a single message would hold a thread for tens of milliseconds. */
export const RSA_BITS_MAX = 4096;
/** Of an RSA public exponent; a long one would be as costly as a private operation. */
export const EXPONENT_BYTES_MAX = 4;
