import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { UnavailableError } from '../ports/unavailable.ts';
import { keyedHash } from './challenge/keyed-digest.ts';
import { phoneNumberSecret } from './phone-number.ts';
import type { AccountIdentifier } from './recipient.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Lengths are rounded up to it, so that they don't tell a number from an association id. */
const BLOCK_LENGTH = 64;

/** Whom a sendOtp named, and the revision that the account had then; `undefined`: the directory told none. */
export interface NamedRecipient extends AccountIdentifier {
  readonly revision: number | undefined;
}

/**
 * Whom a sendOtp named, so that only this server can read it back: by association id if there was one, else by number.
 * `iv` is 12 random bytes, `accountDigest` whose it is. [OQ-70, IDEM-13]
 */
export function sealRecipient(
  { associationId, accountPhoneNumber, revision }: NamedRecipient,
  { digestKey, accountDigest, iv }: { digestKey: KeyObject; accountDigest: Uint8Array; iv: Uint8Array },
): Uint8Array {
  const named =
    associationId === undefined ? { number: accountPhoneNumber?.reveal() } : { association: associationId };
  const text = JSON.stringify({ ...named, revision });
  const cipher = createCipheriv(CIPHER, sealingKey(digestKey), iv).setAAD(accountDigest);
  const sealed = cipher.update(text.padEnd(Math.ceil(text.length / BLOCK_LENGTH) * BLOCK_LENGTH), 'utf8');
  return Uint8Array.from(Buffer.concat([iv, sealed, cipher.final(), cipher.getAuthTag()]));
}

/** Throws `UnavailableError` if it was sealed under another `digests.secret`. */
export function openRecipient(
  sealed: Uint8Array,
  { digestKey, accountDigest }: { digestKey: KeyObject; accountDigest: Uint8Array },
): NamedRecipient {
  try {
    const decipher = createDecipheriv(CIPHER, sealingKey(digestKey), sealed.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(accountDigest).setAuthTag(sealed.subarray(-TAG_BYTES));
    const opened = decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES));
    return identifierIn(JSON.parse(Buffer.concat([opened, decipher.final()]).toString('utf8')));
  } catch (error) {
    throw new UnavailableError('digests.secret is not the one that the challenge was made with', {
      cause: error,
    });
  }
}

function identifierIn(named: {
  readonly number?: unknown;
  readonly association?: unknown;
  readonly revision?: unknown;
}): NamedRecipient {
  const { number, association, revision } = named;
  return {
    associationId: typeof association === 'string' ? association : undefined,
    accountPhoneNumber: typeof number === 'string' ? phoneNumberSecret(number) : undefined,
    revision: typeof revision === 'number' ? revision : undefined,
  };
}

function sealingKey(digestKey: KeyObject): Buffer {
  return keyedHash(digestKey, ['gsp-otp recipient v1']);
}
