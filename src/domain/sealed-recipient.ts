import type { KeyObject } from 'node:crypto';
import { phoneNumberSecret } from './phone-number.ts';
import type { AccountIdentifier } from './recipient.ts';
import { openText, type SealTerms, sealText } from './sealed-text.ts';

/** Whom a sendOtp named, and the revision that the account had then; `undefined`: the directory told none. */
export interface NamedRecipient extends AccountIdentifier {
  readonly revision: number | undefined;
}

/** Whose it is. */
interface Whose {
  readonly digestKey: KeyObject;
  readonly accountDigest: Uint8Array;
}

/**
 * Whom a sendOtp named, so that only this server can read it back: by association id if there was one, else by number.
 * `iv` is 12 random bytes. [OQ-70, IDEM-13]
 */
export function sealRecipient(
  { associationId, accountPhoneNumber, revision }: NamedRecipient,
  { iv, ...whose }: Whose & { readonly iv: Uint8Array },
): Uint8Array {
  const named =
    associationId === undefined ? { number: accountPhoneNumber?.reveal() } : { association: associationId };
  return sealText(JSON.stringify({ ...named, revision }), { ...termsOf(whose), iv });
}

/** Throws `UnavailableError` if it was sealed under another `digests.secret`. */
export function openRecipient(sealed: Uint8Array, whose: Whose): NamedRecipient {
  return identifierIn(JSON.parse(openText(sealed, termsOf(whose))));
}

function termsOf({ digestKey, accountDigest }: Whose): SealTerms {
  return { digestKey, purpose: 'recipient', beside: accountDigest };
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
