import { type Answer, isObject, responseTimestampMs, text } from '../../google/answer.ts';
import type { Check } from '../check.ts';
import {
  errorResponseCodes,
  expectError,
  expectNamesIdentifier,
  expectResult,
  told,
} from '../expectations.ts';
import { must, NotTested } from '../verdicts.ts';
import { everyAnswer, shown } from './every-answer.ts';

function mustNotReveal(answer: Answer, secrets: Readonly<Record<string, string>>): void {
  for (const [name, secret] of Object.entries(secrets)) {
    must(!shown(answer).includes(secret), `the error repeats the ${name} of the request`);
  }
}

/** Errors that the request itself causes, each carrying something that must not come back. [ERR-4] */
const revealing: readonly Check[] = [
  {
    id: 'envelope/error-hides-code',
    requirements: ['ERR-4'],
    level: 'MUST',
    expects: 'Does not repeat the otp in an error about an unknown sendOtpRequestId.',
    run: async (trial) => mustNotReveal(await trial.probe({}, { otp: '73918465' }), { otp: '73918465' }),
  },
  {
    id: 'envelope/error-hides-token',
    requirements: ['ERR-4'],
    level: 'MUST',
    expects: 'Does not repeat the smsMatchingToken in an error about it.',
    run: async (trial) => {
      const answer = await trial.declined({}, { smsMatchingToken: 'Zq9Zq9Zq9Zq9Zq9' });
      mustNotReveal(answer, { smsMatchingToken: 'Zq9Zq9Zq9Zq9Zq9' });
    },
  },
  {
    id: 'envelope/error-hides-phone-number',
    requirements: ['ERR-4'],
    level: 'MUST',
    expects: 'Does not repeat the accountPhoneNumber in an error about another field.',
    run: async (trial) => {
      const members = { accountPhoneNumber: '+14035550142', smsMatchingToken: undefined };
      mustNotReveal(await trial.declined({}, members), { accountPhoneNumber: '4035550142' });
    },
  },
  {
    id: 'envelope/error-hides-malformed-body',
    requirements: ['ERR-4'],
    level: 'MUST',
    expects: 'Does not quote a request that is no JSON in the error about it.',
    run: async (trial) => {
      const answer = await trial.probe({
        rewrite: () => '{"otp":"84736251" "accountPhoneNumber":"+14035550142"}',
      });
      mustNotReveal(answer, { otp: '84736251', accountPhoneNumber: '4035550142' });
    },
  },
  {
    id: 'envelope/error-hides-stack',
    requirements: ['ERR-4'],
    level: 'SHOULD',
    expects: 'Shows no stack trace, file name or class name of its program in an error.',
    run: async (trial) => {
      const answer = await trial.probe({ rewrite: () => '{"requestHeader":' });
      const trace = /\bat \S+ ?\(|Traceback|Exception|\.(java|py|go|rb|php|ts|js|cs):\d+/.exec(
        shown(answer),
      )?.[0];
      must(trace === undefined, `the error shows ${trace}`);
    },
  },
];

const kinds: readonly Check[] = [
  {
    id: 'envelope/error-names-identifier-type',
    requirements: ['ERR-5', 'VO-5'],
    level: 'MUST',
    expects: 'Names sendOtpRequestId in the errorDescription of an INVALID_IDENTIFIER about it.',
    run: async (trial) => {
      const answer = await trial.probe();
      expectError(answer, 404, 'INVALID_IDENTIFIER');
      expectNamesIdentifier(answer, /send[-_ ]?otp[-_ ]?request[-_ ]?id/i, 'sendOtpRequestId');
    },
  },
  {
    id: 'envelope/error-has-code',
    requirements: ['ERR-1', 'ERR-7'],
    level: 'SHOULD',
    expects: 'Gives an errorResponseCode with a refusal.',
    run: async (trial) => {
      const answer = await trial.probe({}, { otp: undefined });
      must(text(answer, 'errorResponseCode') !== undefined, `the answer was ${told(answer)} without a code`);
    },
  },
  {
    id: 'envelope/error-has-identifier',
    requirements: ['ERR-8'],
    level: 'SHOULD',
    expects: 'Gives each error a paymentIntegratorErrorIdentifier of its own.',
    run: async (trial) => {
      const one = text(await trial.probe({}, { otp: undefined }), 'paymentIntegratorErrorIdentifier');
      const other = text(await trial.probe({}, { otp: undefined }), 'paymentIntegratorErrorIdentifier');
      must(one !== undefined && other !== undefined, 'there is no paymentIntegratorErrorIdentifier');
      must(one !== other, 'two errors have the same paymentIntegratorErrorIdentifier');
    },
  },
  {
    id: 'envelope/success-has-timestamp',
    requirements: ['HDR-10'],
    level: 'MUST',
    expects: 'Stamps a processed request with responseHeader.responseTimestamp, a string of milliseconds.',
    run: async (trial) => {
      const answer = await trial.declined();
      expectResult(answer, 'INVALID_PHONE_NUMBER');
      must(
        responseTimestampMs(answer) !== undefined,
        'responseTimestamp is missing or no string of 13 digits',
      );
    },
  },
  {
    id: 'envelope/error-has-timestamp',
    requirements: ['HDR-10', 'ERR-1'],
    level: 'MUST',
    expects: 'Stamps an error that has a body with responseHeader.responseTimestamp.',
    run: async (trial) => {
      const answer = await trial.probe({}, { otp: undefined });
      if (answer.http.body.byteLength === 0) throw new NotTested('the error came without a body');
      must(
        responseTimestampMs(answer) !== undefined,
        'responseTimestamp is missing or no string of 13 digits',
      );
    },
  },
  {
    id: 'envelope/timestamp-is-now',
    requirements: ['HDR-10', 'HDR-11'],
    level: 'SHOULD',
    expects: 'Stamps each answer with the time at which it is given.',
    run: async (trial) => {
      const first = responseTimestampMs(await trial.probe());
      await new Promise((resolve) => setTimeout(resolve, 25));
      const second = responseTimestampMs(await trial.probe());
      if (first === undefined || second === undefined) throw new NotTested('the errors tell no time');
      must(second - first >= 20, `two answers 25 ms apart are stamped ${second - first} ms apart`);
    },
  },
];

const errorMembers = ['errorResponseCode', 'errorDescription', 'paymentIntegratorErrorIdentifier'] as const;

/** What is wrong with an error's body. */
function errorFault(answer: Answer): string | undefined {
  if (answer.http.status < 400 || answer.http.body.byteLength === 0) return undefined;
  if (answer.message === undefined)
    return `an error ${answer.http.status} whose body is no ErrorResponse: ${answer.problem}`;
  const message = answer.message;
  const odd = errorMembers.find((name) => message[name] !== undefined && typeof message[name] !== 'string');
  if (odd !== undefined) return `an error whose ${odd} is no string`;
  const code = answer.message.errorResponseCode;
  if (code !== undefined && !errorResponseCodes.some((known) => known === code)) {
    return `an error with the unheard-of errorResponseCode ${String(code)}`;
  }
  return 'result' in answer.message ? `an error ${answer.http.status} with a result` : undefined;
}

const advised: Readonly<Record<string, readonly number[]>> = {
  INVALID_PAYLOAD_SIGNATURE: [401],
  INVALID_IDENTIFIER: [404],
  IDEMPOTENCY_VIOLATION: [412],
  FORBIDDEN: [403],
  USER_ACTION_IN_PROGRESS: [400, 423],
};

/** What the run as a whole must not have seen. Judged at the end. */
const everywhere: readonly Check[] = [
  {
    id: 'envelope/every-error-is-an-error-response',
    requirements: ['ERR-1', 'HTTP-6'],
    level: 'MUST',
    expects: 'Gives every error of the run either no body or a right ErrorResponse.',
    phase: 'verdict',
    run: async (trial) => everyAnswer(trial, errorFault),
  },
  {
    id: 'envelope/no-error-with-200',
    requirements: ['ERR-3', 'HTTP-1', 'HTTP-2'],
    level: 'MUST',
    expects: 'Reports no error with status 200, and uses no other status of success.',
    phase: 'verdict',
    run: async (trial) =>
      everyAnswer(trial, ({ http, message }) => {
        if (http.status !== 200)
          return http.status < 400 ? `an answer with status ${http.status}` : undefined;
        return message !== undefined && 'errorResponseCode' in message
          ? 'an ErrorResponse with status 200'
          : undefined;
      }),
  },
  {
    id: 'envelope/errors-have-their-status',
    requirements: ['HTTP-2'],
    level: 'SHOULD',
    expects: 'Gives every error the HTTP status that is advised for its code.',
    phase: 'verdict',
    run: async (trial) =>
      everyAnswer(trial, (answer) => {
        const code = text(answer, 'errorResponseCode');
        if (code === undefined) return undefined;
        const statuses = advised[code] ?? [400];
        return statuses.includes(answer.http.status)
          ? undefined
          : `${code} with status ${answer.http.status}`;
      }),
  },
  {
    id: 'envelope/no-unknown-values',
    requirements: ['JSON-5'],
    level: 'MUST',
    expects: 'Never emits a value named UNKNOWN_RESULT or UNKNOWN_ERROR_RESPONSE_CODE.',
    phase: 'verdict',
    run: async (trial) =>
      everyAnswer(trial, (answer) => {
        const values = [answer.message?.result, answer.message?.errorResponseCode];
        const default_ = values.find(
          (value) => value === 'UNKNOWN_RESULT' || value === 'UNKNOWN_ERROR_RESPONSE_CODE',
        );
        return default_ === undefined ? undefined : `an answer with ${String(default_)}`;
      }),
  },
  {
    id: 'envelope/every-timestamp-is-well-formed',
    requirements: ['HDR-10'],
    level: 'MUST',
    expects: 'Stamps every answer that has a body with a well-formed responseTimestamp.',
    phase: 'verdict',
    run: async (trial) =>
      everyAnswer(trial, (answer) => {
        if (answer.message === undefined || responseTimestampMs(answer) !== undefined) return undefined;
        const header = answer.message.responseHeader;
        return isObject(header)
          ? 'a responseTimestamp that is no string of 13 digits'
          : 'an answer without responseHeader';
      }),
  },
  {
    id: 'envelope/every-success-is-json',
    requirements: ['HTTP-1', 'JSON-2'],
    level: 'MUST',
    expects: 'Answers every processed request with a JSON object in UTF-8.',
    phase: 'verdict',
    run: async (trial) =>
      everyAnswer(trial, ({ http, message, problem }) =>
        http.status === 200 && message === undefined ? `a 200: ${problem ?? 'the body is empty'}` : undefined,
      ),
  },
];

export const errorChecks: readonly Check[] = [...revealing, ...kinds, ...everywhere];
