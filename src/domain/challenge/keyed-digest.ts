import { createHmac, type KeyObject } from 'node:crypto';

/** Shortest key that is taken: 128 bits. */
const KEY_BYTES_MIN = 16;

/**
 * 32 bytes of HMAC-SHA-256 over the parts, each preceded by its length, so that no two lists of parts are the same
 * input. The first part should name the purpose, so that one key may serve several.
 * Throws `RangeError` for a key under 16 bytes.
 */
export function keyedHash(key: KeyObject, parts: readonly (string | Uint8Array)[]): Buffer {
  const { symmetricKeySize: keyBytes = 0 } = key;
  if (keyBytes < KEY_BYTES_MIN) {
    throw new RangeError(`a secret key of ${KEY_BYTES_MIN} bytes or more is needed, not ${keyBytes}`);
  }
  const hmac = createHmac('sha256', key);
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(bytes.byteLength);
    hmac.update(length).update(bytes);
  }
  return hmac.digest();
}

/** What a digest stands for; equal values under different purposes have unrelated digests. */
export type DigestPurpose = 'account-id' | 'phone-number' | 'receipt-key' | 'association-id';

/**
 * 16 bytes in place of an account id, a phone number, an association id or a name of a text, so that the store can compare them without knowing them:
 * phone numbers are few enough to be found by trial if the digest had no key. [IDEM-13]
 * Throws `RangeError` for a key under 16 bytes.
 */
export function keyedDigest(key: KeyObject, purpose: DigestPurpose, value: string): Uint8Array {
  return Uint8Array.from(keyedHash(key, [`gsp-otp digest v1 ${purpose}`, value]).subarray(0, 16));
}
