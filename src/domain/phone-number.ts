// The complete numbering plans: the smaller builds can't tell a mobile number in most countries.
import { parsePhoneNumberFromString, validatePhoneNumberLength } from 'libphonenumber-js/max';
import numberingPlans from 'libphonenumber-js/metadata.max';
import { isE164 } from '../ports/e164.ts';
import { Secret } from '../ports/secret.ts';

/**
 * The number for human eyes, such as `+1403*****11`: at most the first four and the last two digits, and always at
 * least five hidden ones (all, if there are no more). What isn't E.164 is hidden altogether.
 */
export function maskPhoneNumber(e164: string): string {
  if (!isE164(e164)) return '[phone number]';
  const digits = e164.slice(1);
  const last = digits.length >= 8 ? 2 : 0;
  const first = Math.min(4, Math.max(0, digits.length - last - 5));
  const hidden = '*'.repeat(digits.length - first - last);
  return `+${digits.slice(0, first)}${hidden}${digits.slice(digits.length - last)}`;
}

/** The number as a value that prints masked. */
export function phoneNumberSecret(e164: string): Secret {
  return new Secret(e164, maskPhoneNumber(e164));
}

/**
 * ISO 3166-1 alpha-2 code of the country or territory that a number belongs to, by its digits alone. Kosovo is `XK`.
 * `undefined`: not E.164, an unassigned calling code, or one of no country (satellite, international free numbers).
 * Some ranges are shared and named after the largest user, such as free numbers under +1 (`US`). So are those that
 * the numbering plans don't have yet, of whatever length: new ranges open sooner than a release follows, and limits
 * and permissions hold for them too. [OQ-83]
 */
export function countryOf(e164: string): string | undefined {
  if (!isE164(e164)) return undefined;
  return parsePhoneNumberFromString(e164)?.country ?? mainCountryOf(e164);
}

/** Of the calling code, by the plans themselves: `US` of +1, `GB` of +44. No calling code begins with another one. */
function mainCountryOf(e164: string): string | undefined {
  const byCallingCode = numberingPlans.country_calling_codes;
  const callingCode = [2, 3, 4]
    .map((end) => e164.slice(1, end))
    .find((code) => Object.hasOwn(byCallingCode, code));
  return callingCode === undefined ? undefined : byCallingCode[callingCode]?.[0];
}

/** Digits that tell one number from its neighbours. */
const OWN_DIGITS = 4;

/**
 * The number without its last four digits: what adjacent numbers share, and too little to tell whose it is. A text
 * that is pumped is rarely alone in it. What isn't E.164 has none.
 */
export function numberPrefixOf(e164: string): string {
  return isE164(e164) ? e164.slice(0, Math.max(2, e164.length - OWN_DIGITS)) : '';
}

/** Which numbers not to send to, beside those that aren't E.164. */
export type ImplausibleNumbers =
  /** None. */
  | 'never'
  /** Those with an unassigned calling code, or with more digits than their country has. */
  | 'impossible'
  /** Those too, and those known to be of a kind that receives no texts, such as fixed lines and free numbers. */
  | 'not-mobile';

/**
 * Whether a number may be sent to under the operator's policy. Numbering plans change faster than releases, hence
 * the default refuses nothing: a number that the directory knows is right. Short numbers are never refused for being
 * short. [TEL-3]
 */
export function isPlausible(e164: string, refuse: ImplausibleNumbers = 'never'): boolean {
  if (!isE164(e164)) return false;
  if (refuse === 'never') return true;
  const length = validatePhoneNumberLength(e164);
  if (length === 'INVALID_COUNTRY' || length === 'TOO_LONG') return false;
  if (refuse === 'impossible') return true;
  const type = parsePhoneNumberFromString(e164)?.getType();
  // An unknown type gets the benefit of the doubt.
  return type === undefined || RECEIVES_TEXTS.has(type);
}

const RECEIVES_TEXTS: ReadonlySet<string> = new Set([
  'MOBILE',
  'FIXED_LINE_OR_MOBILE',
  'VOIP',
  'PERSONAL_NUMBER',
  'PAGER',
]);
