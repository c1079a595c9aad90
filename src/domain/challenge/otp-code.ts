import { hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { Secret } from '../../ports/secret.ts';
import { keyedHash } from './keyed-digest.ts';

/** Digits of a code. [SMS-9, VO-8] */
const CODE_LENGTH_MIN = 4;
const CODE_LENGTH_MAX = 10;

export interface CodeOrigin {
  /** The server secret: 16 bytes or more. */
  readonly secret: KeyObject;
  readonly challengeId: string;
  /** The challenge's random bytes. */
  readonly nonce: Uint8Array;
  /** Digits, 4 to 10. */
  readonly length: number;
}

/**
 * The code of a challenge: the same for the same origin, unpredictable without the secret. Decimal digits only,
 * leading zeros kept. [SMS-10, VO-8]
 *
 * 64 bits are reduced to at most 10 digits: no code is likelier than another by more than 6 parts in 10^10.
 * Throws `RangeError` if the length or the secret's size is out of bounds.
 */
export function deriveCode({ secret, challengeId, nonce, length }: CodeOrigin): Secret {
  if (!Number.isInteger(length) || length < CODE_LENGTH_MIN || length > CODE_LENGTH_MAX) {
    throw new RangeError(`a code has ${CODE_LENGTH_MIN} to ${CODE_LENGTH_MAX} digits, not ${length}`);
  }
  const derived = keyedHash(secret, ['gsp-otp code v1', challengeId, nonce, Uint8Array.of(length)]);
  const digits = derived.readBigUInt64BE() % 10n ** BigInt(length);
  return new Secret(digits.toString().padStart(length, '0'), '[code]');
}

/**
 * Whether two codes are the same string, to the last unit; see `readTypedCode` for what people type. [VO-8]
 * Digests are compared, so that the time taken tells neither where codes differ nor whether their lengths do. [VO-7]
 */
export function codesEqual(a: Secret, b: Secret): boolean {
  return timingSafeEqual(digestOf(a), digestOf(b));
}

function digestOf(code: Secret): Buffer {
  // UTF-16, because UTF-8 would turn different unpaired surrogates into the same replacement character.
  return hash('sha256', Buffer.from(code.reveal(), 'utf16le'), 'buffer');
}
