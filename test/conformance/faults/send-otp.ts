import { type Call, Refusal } from '../reference/call.ts';
import type { Account } from '../reference/rules.ts';
import type { Fault } from '../reference/server.ts';
import { answers, type Faults, forgives, mends, mistyped, performs, refuses, withMember } from './fault.ts';

const isSend = ({ method }: Call) => method === 'sendOtp';
const phoneNumber = ({ message }: Call) => message.accountPhoneNumber;
const token = ({ message }: Call) => message.smsMatchingToken;
const context = ({ message }: Call) => message.otpContext;
const names = (value: unknown) => (typeof value === 'object' && value !== null ? Object.keys(value) : []);
const inContext = (name: string) => (call: Call) => names(context(call)).join() === name;
const unseen = (call: Call) => phoneNumber(call) === '+14035550199' || token(call) === undefined;

/** Declines with another result than it should. */
const confuses = (right: string, wrong: string, when: (call: Call) => boolean = () => true): Fault =>
  answers((call, reply) => reply.message?.result === right && when(call), withMember('result', wrong));

/** Declines where it should succeed, without a text. */
const declines = (when: (call: Call) => boolean): Fault =>
  performs('sendOtp', async (call, _, rightly) =>
    when(call) ? { status: 200, message: { result: 'NOT_ELIGIBLE' } } : rightly(),
  );

const byPhone = (call: Call) => phoneNumber(call) !== undefined;
const byAssociation = (call: Call) => call.message.associationId !== undefined;
const both = (call: Call) => byPhone(call) && byAssociation(call);
const notBoth = (call: Call) => !both(call);

/** Tells the state of an account to whoever knows its phone number. */
const tells = (status: Account['status']): Fault =>
  performs('sendOtp', async (call, memory, rightly) => {
    const account = memory.accounts.find((one) => one.phoneNumber === phoneNumber(call));
    if (account?.status !== status || byAssociation(call)) return rightly();
    return { status: 200, message: { result: status } };
  });

const results: Faults = {
  'send-otp/known-by-phone-number': {
    fault: declines(
      (call) =>
        byPhone(call) && notBoth(call) && inContext('association')(call) && !('userLocale' in call.header),
    ),
    also: [
      'send-otp/empty-object-with-members',
      'send-otp/exhausted-subject-reaches-limit',
      'send-otp/gateway-refusal-is-told',
      'send-otp/new-request-new-code',
      'send-otp/text-comes-once',
      'send-otp/text-has-blank-line',
      'send-otp/text-has-code',
      'send-otp/text-has-one-code',
      'send-otp/text-has-token',
      'send-otp/text-has-token-line',
      'send-otp/text-has-token-once',
      'send-otp/text-is-one-segment',
      'send-otp/text-is-within-140-bytes',
      'send-otp/text-keeps-case-of-token',
    ],
  },
  'send-otp/known-by-association-id': {
    fault: declines(
      (call) => byAssociation(call) && String(call.message.associationId).includes('known') && notBoth(call),
    ),
    also: ['send-otp/association-id-reaches-its-phone'],
  },
  'send-otp/association-id-reaches-its-phone': performs('sendOtp', (call, _, rightly) =>
    rightly(byAssociation(call) && notBoth(call) ? { deliver: () => undefined } : {}),
  ),
  'send-otp/without-context': refuses(
    (call) => isSend(call) && context(call) === undefined && isKnown(call),
    400,
    'MISSING_REQUIRED_FIELD',
  ),
  'send-otp/context-mandate-creation': refuses(inContext('mandateCreation')),
  'send-otp/context-association-with-mandate-creation': refuses(inContext('associationWithMandateCreation')),
  'send-otp/empty-object-with-members': refuses((call) =>
    JSON.stringify(context(call) ?? {}).includes('newInSomeMinorVersion":1'),
  ),
  'send-otp/integrator-id-is-a-string': answers(
    (call) => isSend(call),
    withMember('paymentIntegratorSendOtpId', 7),
  ),
  'send-otp/unknown-by-phone-number': confuses(
    'UNKNOWN_PHONE_NUMBER',
    'NOT_ELIGIBLE',
    (call) => phoneNumber(call) === '+14035550199',
  ),
  'send-otp/not-eligible-by-phone-number': confuses('NOT_ELIGIBLE', 'UNKNOWN_PHONE_NUMBER', byPhone),
  'send-otp/not-eligible-by-association-id': confuses('NOT_ELIGIBLE', 'ACCOUNT_CLOSED', byAssociation),
  'send-otp/closed-by-association-id': confuses('ACCOUNT_CLOSED', 'ACCOUNT_CLOSED_FRAUD'),
  'send-otp/closed-account-taken-over-by-association-id': confuses(
    'ACCOUNT_CLOSED_ACCOUNT_TAKEN_OVER',
    'ACCOUNT_CLOSED',
  ),
  'send-otp/closed-fraud-by-association-id': confuses('ACCOUNT_CLOSED_FRAUD', 'NOT_ELIGIBLE'),
  'send-otp/closed-by-phone-number': tells('ACCOUNT_CLOSED'),
  'send-otp/closed-account-taken-over-by-phone-number': tells('ACCOUNT_CLOSED_ACCOUNT_TAKEN_OVER'),
  'send-otp/closed-fraud-by-phone-number': tells('ACCOUNT_CLOSED_FRAUD'),
  'send-otp/undeliverable-by-phone-number': confuses(
    'MESSAGE_UNABLE_TO_BE_SENT',
    'SUCCESS',
    (call) => !isKnown(call),
  ),
  'send-otp/gateway-refusal-is-told': confuses('MESSAGE_UNABLE_TO_BE_SENT', 'SUCCESS', isKnown),
  // It has the text waiting until the gateway is back.
  'send-otp/refused-text-never-comes': performs('sendOtp', async (call, memory, rightly) => {
    const reply = await rightly();
    if (memory.outage) memory.texts.push({ to: String(phoneNumber(call)), text: 'late' });
    return reply;
  }),
  'send-otp/retry-after-gateway-refusal': {
    remembers:
      () =>
      ({ status }) =>
        status === 200,
  },
  'send-otp/without-phone-number-by-association-id': confuses(
    'PHONE_NUMBER_NOT_ASSOCIATED_WITH_ACCOUNT',
    'NOT_ELIGIBLE',
    notBoth,
  ),
  'send-otp/unknown-by-association-id': answers(
    (call, { status }) => byAssociation(call) && status === 404,
    (reply) => ({
      ...reply,
      status: 200,
      message: { ...reply.message, errorResponseCode: undefined, result: 'UNKNOWN_PHONE_NUMBER' },
    }),
  ),
  'send-otp/both-identifiers-agree': declines((call) => both(call) && phoneNumber(call) !== '+14035550199'),
  'send-otp/both-identifiers-differ': confuses(
    'PHONE_NUMBER_NOT_ASSOCIATED_WITH_ACCOUNT',
    'UNKNOWN_PHONE_NUMBER',
    both,
  ),
};

const isOld = (call: Call) => call.arrivedAtMs - Number(call.header.requestTimestamp) > 60_000;

function isKnown(call: Call): boolean {
  return String(phoneNumber(call)).startsWith('+14035552');
}

/** Refuses what it should decline. */
const numbers = Object.fromEntries(
  Object.entries({
    'without-plus': '14035551111',
    'with-spaces': '+1 403 555 1111',
    'with-hyphens': '+1-403-555-1111',
    'with-parentheses': '+1(403)5551111',
    'with-letters': '+1403555CALL',
    'with-trunk-zero': '+04035551111',
    'with-double-zero': '0014035551111',
    'with-two-pluses': '++14035551111',
    'too-long': '+1403555111122223',
    'plus-alone': '+',
    'with-extension': '+14035551111;ext=5',
    'as-uri': 'tel:+14035551111',
    'with-space-after': '+14035551111 ',
    'with-line-break': '+14035551111\n',
    'with-arabic-digits': '+١٤٠٣٥٥٥١١١١',
  }).map(([name, number], index) => [
    `send-otp/phone-number-${name}`,
    // Some refuse such numbers, others take them for some other number.
    index % 2 === 0
      ? refuses((call) => phoneNumber(call) === number)
      : confuses('INVALID_PHONE_NUMBER', 'UNKNOWN_PHONE_NUMBER', (call) => phoneNumber(call) === number),
  ]),
);

const requests: Faults = {
  'send-otp/refuses-missing-identifier': forgives(
    'judgeBody',
    (call) => isSend(call) && !('accountPhoneNumber' in call.message) && !byAssociation(call),
  ),
  'send-otp/refuses-null-identifier': forgives('judgeBody', (call) => phoneNumber(call) === null),
  'send-otp/refuses-numeric-phone-number': forgives(
    'judgeBody',
    (call) => typeof phoneNumber(call) === 'number',
  ),
  'send-otp/refuses-phone-number-as-object': forgives(
    'judgeBody',
    (call) => typeof phoneNumber(call) === 'object' && phoneNumber(call) !== null,
  ),
  'send-otp/refuses-numeric-association-id': forgives(
    'judgeBody',
    (call) => typeof call.message.associationId === 'number',
  ),
  'send-otp/refuses-missing-token': forgives(
    'judgeBody',
    (call) => isSend(call) && token(call) === undefined && unseen(call),
  ),
  'send-otp/refuses-empty-token': forgives('judgeBody', (call) => token(call) === ''),
  'send-otp/refuses-short-token': forgives('judgeBody', (call) => token(call) === 'AB12345678'),
  'send-otp/refuses-long-token': forgives('judgeBody', (call) => String(token(call)).length === 12),
  'send-otp/refuses-numeric-token': forgives('judgeBody', (call) => typeof token(call) === 'number'),
  'send-otp/refuses-token-with-line-break': forgives('judgeBody', (call) =>
    String(token(call)).includes('\n'),
  ),
  'send-otp/refuses-token-with-accent': forgives('judgeBody', (call) => String(token(call)).includes('é')),
  'send-otp/refuses-empty-context': forgives('judgeBody', (call) => JSON.stringify(context(call)) === '{}'),
  'send-otp/refuses-two-contexts': forgives('judgeBody', (call) => names(context(call)).length === 2),
  'send-otp/refuses-context-as-string': forgives('judgeBody', (call) => typeof context(call) === 'string'),
  'send-otp/refuses-context-member-as-boolean': forgives(
    'judgeBody',
    (call) => JSON.stringify(context(call)) === '{"association":true}',
  ),
  'send-otp/null-context-is-unset': refuses((call) => context(call) === null),
  'send-otp/unknown-context-is-unset': refuses(inContext('newInSomeMinorVersion')),
  'send-otp/short-phone-number': confuses(
    'UNKNOWN_PHONE_NUMBER',
    'INVALID_PHONE_NUMBER',
    (call) => String(phoneNumber(call)).length < 10,
  ),
  'send-otp/checks-timestamp': forgives('judgeClock', (call) => isSend(call) && phoneNumber(call) === '+0'),
  'send-otp/checks-json': mends((text) => text.replace(/,\}$/, '}'), 'sendOtp'),
};

const composes = (change: (text: string, code: string, token: string, call: Call) => string): Fault => ({
  compose: (right) => (code, given, call) => change(right(code, given, call), code, given, call),
});

const tooManyBytes = 'Não compartilhe este código com ninguém, nem com quem diz ser do seu banco. ';

const content: Faults = {
  'send-otp/text-has-token': {
    fault: composes((text, _, given, { header }) =>
      header.userLocale === undefined ? text.replace(given, mistyped(given)) : text,
    ),
    also: [
      'send-otp/text-has-token-line',
      'send-otp/text-has-token-once',
      'send-otp/text-keeps-case-of-token',
    ],
  },
  'send-otp/text-has-token-line': composes((text, _, given) => text.replace(given, `Token: ${given}`)),
  'send-otp/text-has-token-once': composes((text, _, given) => `${given}\n\n${text}`),
  'send-otp/text-has-blank-line': composes((text) => text.replace('\n\n', '\n')),
  'send-otp/text-has-code': {
    fault: composes((text, code) => text.replace(code, [...code].join(' '))),
    also: [
      'send-otp/exhausted-subject-reaches-limit',
      'send-otp/new-request-new-code',
      'send-otp/retry-after-gateway-refusal',
    ],
  },
  'send-otp/text-has-one-code': composes((text) => text.replace('.', ' (2026).')),
  'send-otp/text-is-one-segment': composes((text) => tooManyBytes.slice(0, 75) + text),
  'send-otp/text-is-within-140-bytes': composes(
    (text) =>
      'Never give this code to anybody. Nobody of ours will ask you for it. Keep it. Keep it safe now. Keep it safe.\n'.padEnd(
        110,
      ) + text,
  ),
  'send-otp/text-comes-once': {
    deliver: (right) => (to, text, memory) => {
      right(to, text, memory);
      right(to, text, memory);
    },
  },
  'send-otp/text-keeps-case-of-token': composes((text, _, given) =>
    given.includes('/') ? text.replace(given, given.toLowerCase()) : text,
  ),
  'send-otp/no-answer-shows-a-code': performs('sendOtp', async (call, memory, rightly) => {
    const reply = await rightly();
    return withMember('debug', memory.challenges.get(String(call.header.requestId))?.code)(reply);
  }),
};

const effects: Faults = {
  'send-otp/refused-request-sends-no-text': {
    ...forgives('judgeClock', (call) => isSend(call) && isOld(call) && isKnown(call)),
    ...performs('sendOtp', async (call, _, rightly) => {
      const reply = await rightly();
      if (isOld(call)) throw new Refusal(400, 'REQUEST_TIMESTAMP_OUT_OF_RANGE', 'more than 60 s off');
      return reply;
    }),
  },
  'send-otp/new-request-new-code': { newCode: () => () => '123456' },
  'send-otp/locale-changes-no-text': composes((text, _code, _token, call) =>
    call.header.userLocale === 'pt-BR' ? text.replace('is your code', 'é o seu código') : text,
  ),
  'send-otp/exhausted-subject-reaches-limit': {
    attempt: (right) => (challenge, otp) => {
      const result = right(challenge, otp);
      challenge.account.wrongCodes = 0;
      return result;
    },
  },
};

export const sendOtpFaults: Faults = { ...results, ...numbers, ...requests, ...content, ...effects };
