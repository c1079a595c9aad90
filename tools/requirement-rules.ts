/** What `check-requirements.ts` demands, and the exceptions with their reasons. */

/** Chapters of docs/protocol.md whose MUST and MUST NOT lines have to be cited wherever `citedIn` says. */
export const chaptersChecked: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/** Where each of those lines has to be cited, as `[ID]`; a check of the examiner's is demanded of each as well. */
export const citedIn = {
  source: 'src/**/*.{ts,sql}',
  test: 'test/**/*.ts',
} as const;

export type CitingPlace = keyof typeof citedIn;

/** Requirements that can't be cited somewhere, and why. */
export const elsewhere: Readonly<Record<string, Partial<Record<CitingPlace, string>>>> = {
  'URL-2': {
    test: 'a path is a configured base path and the name of a method: there is no room for an account id',
  },
  'OV-3': {
    source:
      'OtpVerification is a field of associateAccount, createMandate and capture, which are not hosted here',
    test: 'likewise',
  },
};

/** Not there yet. Only ever gets shorter: `node tools/check-requirements.ts` names the rows that may go. */
export const pending: Readonly<Record<CitingPlace, readonly string[]>> = {
  source: [],
  test: [],
};
