import type { OtpKeys } from '../challenge/otp-keys.ts';
import { openText, type SealTerms, sealText } from '../sealed-text.ts';

type Keys = Pick<OtpKeys, 'digestKey'>;

/** Whose code it was, for the answer to that consumption and whenever it is given again. `iv` is 12 random bytes. [IDEM-13] */
export function sealAccount(
  accountId: string,
  consumptionId: string,
  iv: Uint8Array,
  keys: Keys,
): Uint8Array {
  return sealText(JSON.stringify(accountId), { ...termsOf(consumptionId, keys), iv });
}

/** Throws `UnavailableError` if it was sealed under another `digests.secret`. */
export function openAccount(sealed: Uint8Array, consumptionId: string, keys: Keys): string {
  return String(JSON.parse(openText(sealed, termsOf(consumptionId, keys))));
}

function termsOf(consumptionId: string, { digestKey }: Keys): SealTerms {
  return { digestKey, purpose: 'account', beside: Buffer.from(consumptionId) };
}
