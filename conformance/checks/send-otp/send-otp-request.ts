import type { Check } from '../check.ts';
import { type ErrorResponseCode, expectError, expectResult, told } from '../expectations.ts';
import { must } from '../verdicts.ts';

/** Numbers that are not E.164: declined, not refused. [SO-3, ERR-9] */
const malformedNumbers: readonly (readonly [name: string, what: string, phoneNumber: string])[] = [
  ['without-plus', 'a number without its plus', '14035551111'],
  ['with-spaces', 'a number with spaces', '+1 403 555 1111'],
  ['with-hyphens', 'a number with hyphens', '+1-403-555-1111'],
  ['with-parentheses', 'a number with parentheses', '+1(403)5551111'],
  ['with-letters', 'a number with letters', '+1403555CALL'],
  ['with-trunk-zero', 'a number that begins with 0', '+04035551111'],
  ['with-double-zero', 'a number with 00 in place of the plus', '0014035551111'],
  ['with-two-pluses', 'a number with two pluses', '++14035551111'],
  ['too-long', 'a number of 16 digits', '+1403555111122223'],
  ['plus-alone', 'a plus alone', '+'],
  ['with-extension', 'a number with an extension', '+14035551111;ext=5'],
  ['as-uri', 'a number as a tel: URI', 'tel:+14035551111'],
  ['with-space-after', 'a number with a space after it', '+14035551111 '],
  ['with-line-break', 'a number with a line break after it', '+14035551111\n'],
  ['with-arabic-digits', 'a number in Arabic-Indic digits', '+١٤٠٣٥٥٥١١١١'],
];

const numbers = malformedNumbers.map(
  ([name, what, accountPhoneNumber]): Check => ({
    id: `send-otp/phone-number-${name}`,
    requirements: ['SO-3', 'TEL-1', 'TEL-2', 'ERR-9', 'OQ-24'],
    level: 'MUST',
    expects: `Declines ${what} with 200 INVALID_PHONE_NUMBER.`,
    run: async (trial) =>
      expectResult(await trial.declined({}, { accountPhoneNumber }), 'INVALID_PHONE_NUMBER'),
  }),
);

/** Members that a right endpoint refuses with 400 and one of these codes. */
function refused(
  name: string,
  requirements: readonly string[],
  what: string,
  members: Readonly<Record<string, unknown>>,
  codes: readonly ErrorResponseCode[],
  level: Check['level'] = 'MUST',
): Check {
  return {
    id: `send-otp/refuses-${name}`,
    requirements,
    level,
    expects: `Refuses ${what} with 400 ${codes.join(' or ')}.`,
    run: async (trial) => {
      // A number that the endpoint could well have: only what is wrong may decide.
      const accountPhoneNumber = trial.world.config.subjects?.unknown?.phoneNumber ?? '+14035550142';
      expectError(await trial.declined({}, { accountPhoneNumber, ...members }), 400, ...codes);
    },
  };
}

const missing = ['MISSING_REQUIRED_FIELD'] as const;
const invalid = ['INVALID_FIELD_VALUE'] as const;
const either = ['INVALID_FIELD_VALUE', 'MISSING_REQUIRED_FIELD'] as const;

const members: readonly Check[] = [
  refused(
    'missing-identifier',
    ['SO-1', 'OQ-1'],
    'a request without an account identifier',
    { accountPhoneNumber: undefined },
    missing,
  ),
  refused(
    'null-identifier',
    ['SO-1', 'OQ-4'],
    'a request whose accountPhoneNumber is null',
    { accountPhoneNumber: null },
    missing,
    'SHOULD',
  ),
  refused(
    'numeric-phone-number',
    ['OQ-24', 'OQ-4'],
    'an accountPhoneNumber that is a number',
    { accountPhoneNumber: 14035551111 },
    invalid,
  ),
  refused(
    'phone-number-as-object',
    ['OQ-24', 'OQ-4'],
    'an accountPhoneNumber in the shape of v2',
    { accountPhoneNumber: { value: '+14035551111' } },
    invalid,
  ),
  refused(
    'numeric-association-id',
    ['OQ-4'],
    'an associationId that is a number',
    { accountPhoneNumber: undefined, associationId: 42 },
    invalid,
  ),
  refused(
    'missing-token',
    ['SO-4', 'ORD-1'],
    'a missing smsMatchingToken',
    { smsMatchingToken: undefined },
    missing,
  ),
  refused('empty-token', ['SO-4'], 'an empty smsMatchingToken', { smsMatchingToken: '' }, either),
  refused(
    'short-token',
    ['SO-4', 'OQ-20'],
    'an smsMatchingToken of 10 characters',
    { smsMatchingToken: 'AB12345678' },
    invalid,
  ),
  refused(
    'long-token',
    ['SO-4', 'OQ-20'],
    'an smsMatchingToken of 12 characters',
    { smsMatchingToken: 'AB12345678CD' },
    invalid,
  ),
  refused(
    'numeric-token',
    ['SO-4', 'OQ-4'],
    'an smsMatchingToken that is a number',
    { smsMatchingToken: 12345678901 },
    invalid,
  ),
  refused(
    'token-with-line-break',
    ['SO-4', 'OQ-20'],
    'an smsMatchingToken with a line break, which could forge lines',
    { smsMatchingToken: 'AB1234\n678C' },
    invalid,
  ),
  refused(
    'token-with-accent',
    ['SO-4', 'OQ-20'],
    'an smsMatchingToken with a character outside ASCII',
    { smsMatchingToken: 'AB12345é78C' },
    invalid,
  ),
  refused('empty-context', ['SO-8', 'OQ-19'], 'an otpContext without a member', { otpContext: {} }, either),
  refused(
    'two-contexts',
    ['SO-8', 'OQ-19'],
    'an otpContext with two members',
    { otpContext: { association: {}, mandateCreation: {} } },
    invalid,
  ),
  refused(
    'context-as-string',
    ['SO-8', 'OQ-4'],
    'an otpContext that is a string',
    { otpContext: 'association' },
    invalid,
  ),
  refused(
    'context-member-as-boolean',
    ['JSON-4', 'OQ-4'],
    'an otpContext whose member is true',
    { otpContext: { association: true } },
    invalid,
    'SHOULD',
  ),
];

const lenient: readonly Check[] = [
  {
    id: 'send-otp/null-context-is-unset',
    requirements: ['OQ-4', 'SO-5'],
    level: 'SHOULD',
    expects: 'Treats an otpContext that is null as not given.',
    run: async (trial) =>
      expectResult(await trial.declined({}, { otpContext: null }), 'INVALID_PHONE_NUMBER'),
  },
  {
    id: 'send-otp/unknown-context-is-unset',
    requirements: ['HDR-6', 'JSON-3', 'OQ-19'],
    level: 'MUST',
    expects: 'Treats an otpContext whose only member is new in some minor version as not given.',
    run: async (trial) =>
      expectResult(
        await trial.declined({}, { otpContext: { newInSomeMinorVersion: {} } }),
        'INVALID_PHONE_NUMBER',
      ),
  },
  {
    id: 'send-otp/short-phone-number',
    requirements: ['TEL-3'],
    level: 'SHOULD',
    expects: 'Does not call a short number of a small country INVALID_PHONE_NUMBER on its length alone.',
    run: async (trial) => {
      const answer = await trial.declined({}, { accountPhoneNumber: '+6833991' });
      must(answer.message?.result !== 'INVALID_PHONE_NUMBER', `the answer was ${told(answer)}`);
    },
  },
];

export const sendOtpRequestChecks: readonly Check[] = [...numbers, ...members, ...lenient];
