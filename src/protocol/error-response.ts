import type { JsonObject } from '../ports/text/json.ts';
import { responseHeader } from './response-header.ts';

/**
 * Every ErrorResponse code and the HTTP status it goes with. No status is 200, and the reference's default,
 * UNKNOWN_ERROR_RESPONSE_CODE, is left out since it is never emitted. [ERR-3, HTTP-2, JSON-5]
 */
export const ERROR_RESPONSES = {
  INVALID_API_VERSION: 400,
  INVALID_PAYLOAD_SIGNATURE: 401,
  INVALID_PAYLOAD_ENCRYPTION: 400,
  REQUEST_TIMESTAMP_OUT_OF_RANGE: 400,
  INVALID_IDENTIFIER: 404,
  IDEMPOTENCY_VIOLATION: 412,
  INVALID_FIELD_VALUE: 400,
  MISSING_REQUIRED_FIELD: 400,
  PRECONDITION_VIOLATION: 400,
  // The newer of the two editions. [OQ-6]
  USER_ACTION_IN_PROGRESS: 423,
  INVALID_DECRYPTED_REQUEST: 400,
  FORBIDDEN: 403,
} as const;

export type ErrorResponseCode = keyof typeof ERROR_RESPONSES;
export type ErrorResponseStatus = (typeof ERROR_RESPONSES)[ErrorResponseCode];

export function statusOf(code: ErrorResponseCode): ErrorResponseStatus {
  return ERROR_RESPONSES[code];
}

/** A request that can't be processed: thrown where that is noticed, answered as an ErrorResponse. [HTTP-2] */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code: ErrorResponseCode;
  /**
   * For the support staff of both sides. Names fields, limits and kinds of fault, never a value from the request,
   * so that no number, code or token can be in it. [ERR-4]
   */
  readonly description: string;

  constructor(code: ErrorResponseCode, description: string) {
    super(`${code}: ${description}`);
    this.code = code;
    this.description = description;
  }
}

export interface ErrorResponse {
  /** `undefined`: a fault for which the reference has no code; the HTTP status tells all. */
  readonly code?: ErrorResponseCode | undefined;
  /** Harmless text, see `WireError.description`. `undefined`: nothing is to be said. [ERR-4] */
  readonly description?: string | undefined;
  /** Leads to this call in the integrator's own logs. [ERR-8] */
  readonly errorIdentifier: string;
  /** Whole ms since the Unix epoch, on the wall clock. */
  readonly nowMs: number;
}

/** The one body that goes with any status but 200. [ERR-1] */
export function encodeErrorResponse({
  code,
  description,
  errorIdentifier,
  nowMs,
}: ErrorResponse): JsonObject {
  return {
    responseHeader: responseHeader(nowMs),
    ...(code === undefined ? {} : { errorResponseCode: code }),
    ...(description === undefined ? {} : { errorDescription: description }),
    paymentIntegratorErrorIdentifier: errorIdentifier,
  };
}
