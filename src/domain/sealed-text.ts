import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { UnavailableError } from '../ports/unavailable.ts';
import { keyedHash } from './challenge/keyed-digest.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Lengths are rounded up to it, so that they don't tell what it is. */
const BLOCK_LENGTH = 64;

/** What a text is sealed for. */
export interface SealTerms {
  readonly digestKey: KeyObject;
  /** What it is, such as `recipient`: one that is sealed as something else can't be opened as it. */
  readonly purpose: string;
  /** What it belongs to: beside anything else it can't be opened. */
  readonly beside: Uint8Array;
}

/** A text that only this server can read back. Spaces at its end are lost. `iv` is 12 random bytes. [IDEM-13] */
export function sealText(
  text: string,
  { digestKey, purpose, beside, iv }: SealTerms & { readonly iv: Uint8Array },
): Uint8Array {
  const cipher = createCipheriv(CIPHER, sealingKey(digestKey, purpose), iv).setAAD(beside);
  const sealed = cipher.update(text.padEnd(Math.ceil(text.length / BLOCK_LENGTH) * BLOCK_LENGTH), 'utf8');
  return Uint8Array.from(Buffer.concat([iv, sealed, cipher.final(), cipher.getAuthTag()]));
}

/** Throws `UnavailableError` if it was sealed under another `digests.secret`. */
export function openText(sealed: Uint8Array, { digestKey, purpose, beside }: SealTerms): string {
  try {
    const iv = sealed.subarray(0, IV_BYTES);
    const options = { authTagLength: TAG_BYTES };
    const decipher = createDecipheriv(CIPHER, sealingKey(digestKey, purpose), iv, options);
    decipher.setAAD(beside).setAuthTag(sealed.subarray(-TAG_BYTES));
    const opened = decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES));
    return Buffer.concat([opened, decipher.final()]).toString('utf8').trimEnd();
  } catch (error) {
    throw new UnavailableError(
      `digests.secret is not the one that a ${purpose} of the store was sealed with`,
      {
        cause: error,
      },
    );
  }
}

function sealingKey(digestKey: KeyObject, purpose: string): Buffer {
  return keyedHash(digestKey, [`gsp-otp ${purpose} v1`]);
}
