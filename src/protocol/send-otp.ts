import { Secret } from '../ports/secret.ts';
import type { JsonObject } from '../ports/text/json.ts';
import { WireError } from './error-response.ts';
import { Reader } from './reader.ts';
import { responseHeader } from './response-header.ts';
import { oneOf } from './result-code.ts';

export const OTP_CONTEXTS = ['association', 'mandateCreation', 'associationWithMandateCreation'] as const;

/** `unknown`: one that a later minor version of the protocol brought. [HDR-6, OQ-19] */
export type OtpContext = (typeof OTP_CONTEXTS)[number] | 'unknown';

/** At least one of the two account identifiers is there; both are in requests of the earlier edition. [SO-1, OQ-1] */
export interface SendOtpRequest {
  /** 11 visible ASCII characters, exactly as they came. [SO-4] */
  readonly smsMatchingToken: Secret;
  /** `undefined`: the request has none. [SO-5] */
  readonly otpContext: OtpContext | undefined;
  /** Any string: whether it is a number is for a result to say, not for an error. [SO-3, OQ-24] */
  readonly accountPhoneNumber: Secret | undefined;
  /** See `Reader.optionalIdentifier`. */
  readonly associationId: string | undefined;
}

export interface SendOtpEdition {
  /** Whether a request may have both account identifiers, as in the earlier edition. [OQ-1, SO-OLD-1] */
  readonly acceptBothIdentifiers: boolean;
}

/** Throws `WireError`: MISSING_REQUIRED_FIELD or INVALID_FIELD_VALUE. */
export function decodeSendOtp(
  body: JsonObject,
  { acceptBothIdentifiers }: SendOtpEdition = { acceptBothIdentifiers: true },
): SendOtpRequest {
  const request = new Reader(body);
  const smsMatchingToken = readSmsMatchingToken(request);
  const accountPhoneNumber = request.optionalString('accountPhoneNumber');
  const associationId = request.optionalIdentifier('associationId');
  // [SO-1]
  if (accountPhoneNumber === undefined && associationId === undefined) {
    throw new WireError('MISSING_REQUIRED_FIELD', 'accountPhoneNumber or associationId is required');
  }
  if (accountPhoneNumber !== undefined && associationId !== undefined && !acceptBothIdentifiers) {
    throw new WireError('INVALID_FIELD_VALUE', 'accountPhoneNumber and associationId exclude each other');
  }
  return {
    smsMatchingToken,
    otpContext: readOtpContext(request),
    accountPhoneNumber: accountPhoneNumber === undefined ? undefined : new Secret(accountPhoneNumber),
    associationId,
  };
}

/** Printable ASCII without the space: whatever else could forge a line of the text, or vanish at its end. [OQ-33] */
const SMS_MATCHING_TOKEN = /^[\x21-\x7e]{11}$/;

function readSmsMatchingToken(request: Reader): Secret {
  const token = request.string('smsMatchingToken');
  // [SO-4, OQ-20]
  if (SMS_MATCHING_TOKEN.test(token)) return new Secret(token);
  throw request.invalid('smsMatchingToken', 'must be 11 visible ASCII characters');
}

/** The presence of a member says it all; what is inside of it may grow and is ignored. [JSON-4] */
function readOtpContext(request: Reader): OtpContext | undefined {
  const union = request.optionalObject('otpContext');
  // [SO-5]
  if (union === undefined) return undefined;
  const [otpContext, another] = OTP_CONTEXTS.filter((member) => union.optionalObject(member) !== undefined);
  // Exactly one member; ones unknown to us don't count. [SO-8, JSON-3]
  const demand = `must hold exactly one of ${OTP_CONTEXTS.join(', ')}`;
  if (another !== undefined) throw request.invalid('otpContext', demand);
  if (union.isEmpty()) throw new WireError('MISSING_REQUIRED_FIELD', `otpContext ${demand}`);
  // Requests of every minor version are served, and nothing in the answer depends on the context. [HDR-6, OQ-19]
  return otpContext ?? 'unknown';
}

/** Every result of sendOtp; the reference's default UNKNOWN_RESULT is never emitted. [JSON-5] */
export const SEND_OTP_RESULT_CODES = [
  'SUCCESS',
  'PHONE_NUMBER_NOT_ASSOCIATED_WITH_ACCOUNT',
  'UNKNOWN_PHONE_NUMBER',
  'MESSAGE_UNABLE_TO_BE_SENT',
  'INVALID_PHONE_NUMBER',
  'NOT_ELIGIBLE',
  'OTP_LIMIT_REACHED',
  'ACCOUNT_CLOSED',
  'ACCOUNT_CLOSED_ACCOUNT_TAKEN_OVER',
  'ACCOUNT_CLOSED_FRAUD',
] as const;

export interface SendOtpResponse {
  /** One of `SEND_OTP_RESULT_CODES`. */
  readonly result: string;
  /** The integrator's own id for this call. */
  readonly paymentIntegratorSendOtpId: string;
  /** Whole ms since the Unix epoch, on the wall clock. */
  readonly nowMs: number;
}

/** Throws `RangeError` for a result that sendOtp doesn't have, wherever it may have been read from. [JSON-5] */
export function encodeSendOtp({ result, paymentIntegratorSendOtpId, nowMs }: SendOtpResponse): JsonObject {
  return {
    responseHeader: responseHeader(nowMs),
    paymentIntegratorSendOtpId,
    result: oneOf(SEND_OTP_RESULT_CODES, result),
  };
}
