import { type Call, Refusal } from '../reference/call.ts';
import type { Fault } from '../reference/server.ts';
import { answers, bare, type Faults, forgives, header, refuses, withMember, withStatus } from './fault.ts';
import { jsonFaults } from './json.ts';

const skips = (when: (call: Call) => boolean) => forgives('judgeHeader', when);
const requestId = header('requestId');
const timestamp = header('requestTimestamp');
const major = (call: Call) => call.version.major;
const readable = (call: Call) => call.header.requestId !== undefined;

/** Skips judging a timestamp that can't be one. */
const anyTime = (when: (call: Call) => boolean) => ({ ...skips(when), ...forgives('judgeClock', when) });

const headerFaults: Faults = {
  'envelope/header-refuses-missing-request-id': skips(
    (call) => requestId(call) === undefined && timestamp(call) !== undefined && major(call) === 1,
  ),
  'envelope/header-refuses-empty-request-id': skips((call) => requestId(call) === ''),
  'envelope/header-refuses-numeric-request-id': skips((call) => typeof requestId(call) === 'number'),
  'envelope/header-refuses-long-request-id': skips((call) => String(requestId(call)).length > 100),
  'envelope/header-reads-longest-request-id': refuses((call) => String(requestId(call)).length > 64),
  'envelope/header-refuses-request-id-with-space': skips((call) => requestId(call) === 'a b'),
  'envelope/header-refuses-request-id-with-slash': skips((call) => requestId(call) === 'a/b'),
  'envelope/header-refuses-request-id-with-point': skips((call) => requestId(call) === 'a.b'),
  'envelope/header-refuses-request-id-with-equals-sign': skips((call) => requestId(call) === 'a=b'),
  'envelope/header-refuses-request-id-with-accent': skips((call) => requestId(call) === 'aéb'),
  'envelope/header-refuses-request-id-with-full-width-digit': skips((call) => requestId(call) === 'a１b'),
  'envelope/header-refuses-request-id-with-line-break': skips((call) => requestId(call) === 'ab\n'),
  'envelope/header-refuses-missing-timestamp': anyTime(
    (call) => timestamp(call) === undefined && readable(call),
  ),
  'envelope/header-refuses-numeric-timestamp': skips((call) => typeof timestamp(call) === 'number'),
  'envelope/header-refuses-timestamp-in-seconds': anyTime((call) => /^\d{10}$/.test(String(timestamp(call)))),
  'envelope/header-refuses-padded-timestamp': skips((call) => String(timestamp(call)).startsWith(' ')),
  'envelope/header-refuses-fractional-timestamp': skips((call) => String(timestamp(call)).endsWith('.0')),
  'envelope/header-refuses-date-timestamp': anyTime((call) => String(timestamp(call)).endsWith('Z')),
  'envelope/header-refuses-empty-timestamp': anyTime((call) => timestamp(call) === ''),
  'envelope/header-refuses-huge-timestamp': anyTime((call) => String(timestamp(call)).length === 20),
  'envelope/header-refuses-missing-version': skips(
    (call) => call.header.protocolVersion === undefined && readable(call),
  ),
  'envelope/header-refuses-missing-major': skips(
    (call) => 'minor' in call.version && major(call) === undefined,
  ),
  'envelope/header-refuses-higher-major': skips((call) => major(call) === 2 && call.method === 'verifyOtp'),
  'envelope/header-refuses-zero-major': skips((call) => major(call) === 0),
  'envelope/header-refuses-far-major': skips((call) => major(call) === 99),
  'envelope/header-refuses-major-as-string': skips((call) => major(call) === '1'),
  'envelope/header-refuses-version-as-string': skips(
    (call) => typeof call.header.protocolVersion === 'string',
  ),
  'envelope/header-reads-later-minor': refuses((call) => call.version.minor === 7),
  'envelope/header-reads-missing-minor': refuses((call) => !('minor' in call.version)),
  'envelope/header-reads-locale': refuses((call) => call.header.userLocale === 'fil-PH'),
  'envelope/header-reads-bogus-locale': refuses((call) => String(call.header.userLocale).startsWith('!!')),
  'envelope/header-refuses-missing-header': {
    ...skips((call) => call.message.otp !== undefined && call.message.requestHeader === undefined),
    ...forgives('judgeClock', (call) => call.message.requestHeader === undefined),
  },
  'envelope/header-refuses-header-as-string': anyTime(
    (call) => typeof call.message.requestHeader === 'string',
  ),
  'envelope/version-before-timestamp': {
    judgeHeader: (right) => (call) => {
      if (major(call) !== 9 || call.method !== 'verifyOtp') right(call);
    },
  },
  'envelope/timestamp-before-body': {
    judgeHeader: (right) => (call) => {
      right(call);
      if (call.method === 'verifyOtp' && call.message.otp === undefined) {
        throw new Refusal(400, 'MISSING_REQUIRED_FIELD', 'otp is missing');
      }
    },
  },
};

/** How old a request is. */
const ageMs = (call: Call) => call.arrivedAtMs - Number(timestamp(call));
const between = (low: number, high: number) => (call: Call) => ageMs(call) > low && ageMs(call) < high;
const early = (low: number, high: number) => (call: Call) => -ageMs(call) > low && -ageMs(call) < high;
const forgivesAge = (when: (call: Call) => boolean) => forgives('judgeClock', when);

const atAge: Readonly<Record<string, Fault>> = {
  'envelope/clock-accepts-59-s-late': refuses(between(58_500, 59_400)),
  'envelope/clock-accepts-59-s-early': refuses(early(58_500, 59_400)),
  'envelope/clock-accepts-60-s-late': refuses(between(59_500, 60_000)),
  'envelope/clock-accepts-60-s-early': refuses(early(59_500, 60_000)),
  'envelope/clock-refuses-60-s-late': forgivesAge(between(60_000, 60_700)),
  'envelope/clock-refuses-60-s-early': forgivesAge(early(60_000, 60_700)),
  'envelope/clock-refuses-61-s-late': forgivesAge(between(60_800, 62_000)),
  'envelope/clock-refuses-61-s-early': forgivesAge(early(60_800, 62_000)),
  'envelope/clock-refuses-one-hour-late': forgivesAge(
    (call) =>
      ageMs(call) > 3_500_000 &&
      call.message.otp !== undefined &&
      major(call) === 1 &&
      ageMs(call) < 4_000_000,
  ),
  'envelope/clock-refuses-one-hour-early': forgivesAge(early(3_500_000, 4_000_000)),
};

const clockFaults: Faults = Object.fromEntries(
  Object.entries(atAge).map(([id, fault]) => [id, { fault, timeStands: true }]),
);

const isError = (_: Call, { status }: { status: number }) => status !== 200;
const unknownId = (call: Call, { status }: { status: number }) =>
  status === 404 && call.method === 'verifyOtp';
const withoutOtp = (call: Call) =>
  call.message.otp === undefined && call.message.sendOtpRequestId !== undefined && ageMs(call) < 60_000;
const describes =
  (words: (call: Call) => unknown) => (reply: { status: number; message: object | undefined }, call: Call) =>
    withMember(
      'errorDescription',
      `invalid: ${String(words(call))}`,
    )({ ...reply, message: { ...reply.message } });

const errorFaults: Faults = {
  'envelope/error-hides-code': answers(
    (call, reply) => unknownId(call, reply) && call.message.otp === '73918465',
    describes((call) => `sendOtpRequestId and otp ${String(call.message.otp)}`),
  ),
  'envelope/error-hides-token': answers(
    (call, reply) => isError(call, reply) && String(call.message.smsMatchingToken).length > 11,
    describes((call) => call.message.smsMatchingToken),
  ),
  'envelope/error-hides-phone-number': answers(
    (call, reply) =>
      call.method === 'sendOtp' && isError(call, reply) && call.message.smsMatchingToken === undefined,
    describes((call) => call.message.accountPhoneNumber),
  ),
  'envelope/error-hides-malformed-body': answers(
    (call) => call.text.includes('84736251'),
    describes((call) => call.text),
  ),
  'envelope/error-hides-stack': answers(
    (call) => call.text === '{"requestHeader":',
    describes(() => new SyntaxError('unexpected end').stack),
  ),
  'envelope/error-names-identifier-type': answers(
    unknownId,
    withMember('errorDescription', 'there is no such thing'),
  ),
  'envelope/error-has-code': answers(withoutOtp, withMember('errorResponseCode', undefined)),
  'envelope/error-has-identifier': answers(
    withoutOtp,
    withMember('paymentIntegratorErrorIdentifier', 'always-the-same'),
  ),
  'envelope/success-has-timestamp': {
    fault: answers(
      (_, { status }) => status === 200,
      withMember('responseHeader', { responseTimestamp: '1502545413' }),
    ),
    also: ['envelope/every-timestamp-is-well-formed'],
  },
  'envelope/error-has-timestamp': {
    fault: answers((call) => withoutOtp(call), withMember('responseHeader', undefined)),
    also: ['envelope/every-timestamp-is-well-formed'],
  },
  'envelope/timestamp-is-now': readsTheClockAfterRest(),
  'envelope/every-error-is-an-error-response': answers(
    unknownId,
    withMember('paymentIntegratorErrorIdentifier', 42),
  ),
  'envelope/no-error-with-200': {
    fault: answers(
      (_, { status }) => status === 200,
      withMember('errorResponseCode', 'PRECONDITION_VIOLATION'),
    ),
    also: ['envelope/errors-have-their-status'],
  },
  'envelope/errors-have-their-status': answers(withoutOtp, withStatus(409)),
  'envelope/no-unknown-values': {
    fault: answers(withoutOtp, withMember('errorResponseCode', 'UNKNOWN_ERROR_RESPONSE_CODE')),
    also: ['envelope/every-error-is-an-error-response'],
  },
  'envelope/every-timestamp-is-well-formed': answers(
    (call) => String(requestId(call)).length > 100,
    withMember('responseHeader', { responseTimestamp: 1502545413026 }),
  ),
  // One success that nobody looks into.
  'envelope/every-success-is-json': answers(
    (call, { status }) => String(requestId(call)).length > 64 && status === 404,
    bare(200),
  ),
};

/** Its answers about unknown ids bear the time of the first one, until nobody has asked for 5 s. */
function readsTheClockAfterRest() {
  let [readMs, askedMs] = [0, 0];
  return answers(unknownId, (reply) => {
    const nowMs = Date.now();
    if (nowMs - askedMs > 5000) readMs = nowMs;
    askedMs = nowMs;
    return withMember('responseHeader', { responseTimestamp: String(readMs) })(reply);
  });
}

export const envelopeFaults: Faults = { ...jsonFaults, ...headerFaults, ...clockFaults, ...errorFaults };
