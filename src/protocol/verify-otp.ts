import { Secret } from '../ports/secret.ts';
import type { JsonObject } from '../ports/text/json.ts';
import { Reader } from './reader.ts';
import { responseHeader } from './response-header.ts';
import { oneOf } from './result-code.ts';

export interface VerifyOtpRequest {
  /** The request id of the sendOtp in question; see `Reader.identifier`. [VO-1] */
  readonly sendOtpRequestId: string;
  /**
   * What the user typed: any string, as it came, leading zeros kept [VO-8]. Nothing is too short or too long, since
   * "does not match" is a result and needs no error [ERR-9, OQ-36]; its size is bounded by that of the body.
   */
  readonly otp: Secret;
}

/** Throws `WireError`: MISSING_REQUIRED_FIELD or INVALID_FIELD_VALUE. */
export function decodeVerifyOtp(body: JsonObject): VerifyOtpRequest {
  const request = new Reader(body);
  return {
    sendOtpRequestId: request.identifier('sendOtpRequestId'),
    otp: new Secret(request.string('otp')),
  };
}

/** Every result of verifyOtp; the reference's default UNKNOWN_RESULT is never emitted. [JSON-5] */
export const VERIFY_OTP_RESULT_CODES = ['SUCCESS', 'OTP_NOT_MATCHED', 'OTP_ALREADY_USED'] as const;

export interface VerifyOtpResponse {
  /** One of `VERIFY_OTP_RESULT_CODES`. */
  readonly result: string;
  /** The integrator's own id for this call. */
  readonly paymentIntegratorVerifyOtpId: string;
  /** Whole ms since the Unix epoch, on the wall clock. */
  readonly nowMs: number;
}

/** Throws `RangeError` for a result that verifyOtp doesn't have, wherever it may have been read from. [JSON-5] */
export function encodeVerifyOtp({
  result,
  paymentIntegratorVerifyOtpId,
  nowMs,
}: VerifyOtpResponse): JsonObject {
  return {
    responseHeader: responseHeader(nowMs),
    paymentIntegratorVerifyOtpId,
    result: oneOf(VERIFY_OTP_RESULT_CODES, result),
  };
}
