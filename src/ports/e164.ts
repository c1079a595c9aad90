const E164 = /^\+[1-9][0-9]{1,14}$/;

/** Whether it is a phone number in E.164: `+` and 2 to 15 digits, the first not 0. Whether it can be called is not asked. [SO-3, TEL-1, TEL-3] */
export function isE164(value: unknown): value is string {
  return typeof value === 'string' && E164.test(value);
}

/** A number that nobody has: no country has the calling code 999. */
export const NOBODYS_NUMBER = '+999000000000000';
