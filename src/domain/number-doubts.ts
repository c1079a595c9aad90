import { validatePhoneNumberLength } from 'libphonenumber-js/max';

/** Forms of before a renumbering: the phone is the same, and whoever asks may write it in the new one. */
const OLD_FORMS: readonly (readonly [form: RegExp, now: string])[] = [
  [/^\+521[0-9]{10}$/, 'a mobile number of Mexico is +52 and ten digits now, without the 1'],
  [/^\+54(?!9)(11[0-9]{8}|[2-3][0-9]{9})$/, 'a mobile number of Argentina has a 9 behind +54'],
  [/^\+55[1-9][0-9][6-9][0-9]{7}$/, 'a mobile number of Brazil has nine digits behind the area code now'],
  [/^\+225[0-9]{8}$/, 'a number of Ivory Coast has ten digits behind +225 now'],
  [/^\+229[0-9]{8}$/, 'a number of Benin has ten digits behind +229 now'],
];

/**
 * What makes it doubtful that a number (E.164) will be asked for as it is written, in words that don't repeat it:
 * numbers are compared to the digit. `undefined`: nothing does. [TEL-2]
 */
export function doubtAbout(e164: string): string | undefined {
  const [, now] = OLD_FORMS.find(([form]) => form.test(e164)) ?? [];
  if (now !== undefined) return `may be of before a renumbering: ${now}`;
  switch (validatePhoneNumberLength(e164)) {
    case 'INVALID_COUNTRY':
      return 'has a calling code that no country has';
    case 'TOO_LONG':
      return 'has more digits than its country has';
    case 'TOO_SHORT':
    case 'INVALID_LENGTH':
      return 'has fewer digits than its country has';
    default:
      return undefined;
  }
}
