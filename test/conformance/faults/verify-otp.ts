import type { Call } from '../reference/call.ts';
import type { Challenge } from '../reference/rules.ts';
import type { Fault } from '../reference/server.ts';
import { answers, bare, type Faults, forgives, performs, withMember } from './fault.ts';

const otp = ({ message }: Call) => message.otp;
const isVerify = ({ method }: Call) => method === 'verifyOtp';

/** Judges a code in another way where `judge` says something. */
const judges = (judge: (challenge: Challenge, given: string) => string | undefined): Fault => ({
  attempt: (right) => (challenge, given) => judge(challenge, given) ?? right(challenge, given),
});

const byOther = new Set<Challenge>();

const codes: Faults = {
  'verify-otp/right-code': {
    fault: judges((challenge, given) => (given === challenge.code ? 'OTP_NOT_MATCHED' : undefined)),
    also: [
      'verify-otp/code-by-association-id',
      'verify-otp/newest-code',
      'verify-otp/right-code-after-wrong-one',
      'verify-otp/used-code',
      'verify-otp/wrong-code-after-use',
    ],
  },
  'verify-otp/wrong-code': {
    fault: judges((challenge, given) =>
      given.length === 6 && given !== challenge.code && !challenge.used && challenge.wrongCodes === 0
        ? 'OTP_ALREADY_USED'
        : undefined,
    ),
    also: [
      'verify-otp/right-code-after-wrong-one',
      'verify-otp/exhausted-code',
      'verify-otp/code-of-another-request',
    ],
  },
  'verify-otp/right-code-after-wrong-one': judges((challenge, given) =>
    given === challenge.code && challenge.wrongCodes > 0 ? 'OTP_NOT_MATCHED' : undefined,
  ),
  'verify-otp/used-code': judges((challenge, given) =>
    given === challenge.code && challenge.used ? 'SUCCESS' : undefined,
  ),
  'verify-otp/wrong-code-after-use': judges((challenge, given) =>
    given !== challenge.code && challenge.used ? 'OTP_ALREADY_USED' : undefined,
  ),
  'verify-otp/part-of-code': judges(({ code }, given) =>
    given.length < code.length && code.startsWith(given) ? 'SUCCESS' : undefined,
  ),
  'verify-otp/code-with-more': judges(({ code }, given) =>
    given.length > code.length && given.startsWith(code) ? 'SUCCESS' : undefined,
  ),
  'verify-otp/code-of-another-request': performs('verifyOtp', async ({ message }, memory, rightly) => {
    const foreign = [...memory.challenges].some(
      ([id, { code, used, superseded }]) =>
        id !== message.sendOtpRequestId && code === message.otp && !used && !superseded,
    );
    return foreign ? { status: 200, message: { result: 'SUCCESS' } } : rightly();
  }),
  'verify-otp/code-by-association-id': {
    ...performs('sendOtp', async (call, memory, rightly) => {
      const reply = await rightly();
      const challenge = memory.challenges.get(String(call.header.requestId));
      if (challenge !== undefined && 'associationId' in call.message) byOther.add(challenge);
      return reply;
    }),
    ...judges((challenge) => (byOther.has(challenge) ? 'OTP_NOT_MATCHED' : undefined)),
  },
  'verify-otp/superseded-code': judges((challenge) => {
    challenge.superseded = false;
    return undefined;
  }),
  'verify-otp/newest-code': {
    fault: performs('sendOtp', async (call, memory, rightly) => {
      const older = [...memory.challenges.values()].find(
        ({ account }) => account.phoneNumber === call.message.accountPhoneNumber,
      );
      const reply = await rightly();
      const newer = memory.challenges.get(String(call.header.requestId));
      if (older !== undefined && newer !== undefined) newer.superseded = true;
      return reply;
    }),
  },
  'verify-otp/exhausted-code': judges((challenge) => {
    if (challenge.wrongCodes >= 5) challenge.wrongCodes = 0;
    return undefined;
  }),
  'verify-otp/declined-send': performs('verifyOtp', async ({ message }, memory, rightly) => {
    memory.declined.delete(String(message.sendOtpRequestId));
    return rightly();
  }),
};

const requests: Faults = {
  'verify-otp/refuses-missing-code': forgives(
    'judgeBody',
    (call) => isVerify(call) && otp(call) === undefined,
  ),
  'verify-otp/refuses-missing-id': forgives(
    'judgeBody',
    (call) => isVerify(call) && !('sendOtpRequestId' in call.message),
  ),
  'verify-otp/refuses-numeric-code': forgives('judgeBody', (call) => typeof otp(call) === 'number'),
  'verify-otp/refuses-numeric-id': forgives(
    'judgeBody',
    (call) => typeof call.message.sendOtpRequestId === 'number',
  ),
  'verify-otp/unknown-id': answers(
    (call, { status }) =>
      status === 404 &&
      otp(call) === '000000' &&
      String(call.message.sendOtpRequestId).startsWith('gsp-none'),
    (reply) => ({ ...withMember('errorResponseCode', undefined)(reply), status: 400 }),
  ),
  'verify-otp/id-is-case-sensitive': performs('verifyOtp', async ({ message }, memory, rightly) => {
    const wanted = String(message.sendOtpRequestId).toLowerCase();
    const found = [...memory.challenges.keys()].find((id) => id.toLowerCase() === wanted);
    if (found === undefined || found === message.sendOtpRequestId) return rightly();
    return { status: 200, message: { result: 'OTP_NOT_MATCHED' } };
  }),
  'verify-otp/enormous-code': answers((call) => String(otp(call)).length > 1000, bare(500)),
};

export const verifyOtpFaults: Faults = { ...codes, ...requests };
