import { isDeepStrictEqual } from 'node:util';
import { type Answer, type AnswerMessage, isObject, text } from '../google/answer.ts';
import { EndpointFault, must, NotTested } from './verdicts.ts';

/** The codes of an ErrorResponse that may be emitted. */
export const errorResponseCodes = [
  'INVALID_API_VERSION',
  'INVALID_PAYLOAD_SIGNATURE',
  'INVALID_PAYLOAD_ENCRYPTION',
  'REQUEST_TIMESTAMP_OUT_OF_RANGE',
  'INVALID_IDENTIFIER',
  'IDEMPOTENCY_VIOLATION',
  'INVALID_FIELD_VALUE',
  'MISSING_REQUIRED_FIELD',
  'PRECONDITION_VIOLATION',
  'USER_ACTION_IN_PROGRESS',
  'INVALID_DECRYPTED_REQUEST',
  'FORBIDDEN',
] as const;
export type ErrorResponseCode = (typeof errorResponseCodes)[number];

/** What an answer is, in a few words. */
export function told(answer: Answer): string {
  const what = text(answer, 'errorResponseCode') ?? text(answer, 'result');
  return what === undefined ? `${answer.http.status}` : `${answer.http.status} ${what}`;
}

/**
 * The request was refused with this status and, if the body names a code, with one of these. An error may come
 * without a body or a code. [ERR-2]
 */
export function expectError(answer: Answer, status: number, ...codes: ErrorResponseCode[]): void {
  const code = answer.message?.errorResponseCode;
  const suits = code === undefined || codes.some((wanted) => wanted === code);
  must(
    answer.http.status === status && suits,
    `expected ${status} ${codes.join(' or ')}, but the answer was ${told(answer)}`,
  );
}

/**
 * The request was read as a well-formed one: processed, or refused for an identifier that nobody knows. Throws
 * `NotTested` for a 404 that says nothing, which an unknown path would have got as well.
 */
export function expectRead(answer: Answer): void {
  const { http, message } = answer;
  if (http.status === 404 && message === undefined) {
    throw new NotTested('a 404 that says nothing can’t be told from that of an unknown path');
  }
  const read =
    http.status === 200 || (http.status === 404 && message?.errorResponseCode === 'INVALID_IDENTIFIER');
  must(read, `expected the request to be read, but the answer was ${told(answer)}`);
}

/** The request was processed. Returns the opened message. */
export function expectProcessed(answer: Answer): AnswerMessage {
  must(answer.http.status === 200, `expected 200, but the answer was ${told(answer)}`);
  const { message, problem } = answer;
  if (message === undefined) throw new EndpointFault(`200, but ${problem ?? 'the body is empty'}`);
  return message;
}

/** A limit of the endpoint stands in the way of what the check wants to see. */
export class LimitInTheWay extends NotTested {}

/** The request was processed with one of these results. Throws `LimitInTheWay` for OTP_LIMIT_REACHED. */
export function expectResult(answer: Answer, ...results: string[]): void {
  const { result } = expectProcessed(answer);
  if (results.some((wanted) => wanted === result)) return;
  if (result === 'OTP_LIMIT_REACHED') {
    throw new LimitInTheWay(
      'the endpoint answered OTP_LIMIT_REACHED: give more known subjects, a pause in limits.coolDownMs, or wait',
    );
  }
  throw new EndpointFault(`expected ${results.join(' or ')}, but the answer was ${told(answer)}`);
}

/** A reply equals the first but for the time in it. [IDEM-5] */
export function expectSameAnswer(first: Answer, again: Answer, what: string): void {
  must(
    first.http.status === again.http.status && isDeepStrictEqual(withoutTime(first), withoutTime(again)),
    `${what} was answered ${told(again)} in other words than the first time (${told(first)})`,
  );
}

function withoutTime(answer: Answer): unknown {
  if (answer.message === undefined) return undefined;
  const { responseHeader, ...rest } = answer.message;
  if (!isObject(responseHeader)) return answer.message;
  const { responseTimestamp: _, ...header } = responseHeader;
  return { ...rest, responseHeader: header };
}

/** The error, if it says anything, names that type of identifier. [ERR-5] */
export function expectNamesIdentifier(answer: Answer, pattern: RegExp, name: string): void {
  const description = text(answer, 'errorDescription');
  if (answer.message === undefined) throw new NotTested('the error came without a body');
  must(
    description !== undefined && pattern.test(description),
    `expected errorDescription to name ${name}, but it is ${description ?? 'missing'}`,
  );
}
