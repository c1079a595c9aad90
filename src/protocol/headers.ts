import type { JsonObject } from '../ports/text/json.ts';
import { WireError } from './error-response.ts';
import { Reader } from './reader.ts';

export interface RequestHeader {
  /** The key of idempotency: 1 to 100 characters from `a-z A-Z 0-9 : - _`. [HDR-1, HDR-2] */
  readonly requestId: string;
  /** Ms since the Unix epoch, ≥ 0. Exact up to 2^53, which is far beyond what `checkTimestamp` lets pass. */
  readonly requestTimestampMs: number;
  readonly protocolVersion: ProtocolVersion;
}

/** Whole numbers, ≥ 0. Only `major` decides anything. [HDR-6] */
export interface ProtocolVersion {
  readonly major: number;
  readonly minor: number;
  readonly revision: number;
}

const MAJOR_SUPPORTED = 1;

/** How far `requestTimestamp` may be from the receiver's clock, either way. [HDR-4] */
const TIMESTAMP_DISTANCE_MAX_MS = 60_000;

/**
 * Steps 6 and 7 of ORD: reads the header of any method's request. `userLocale` is never looked at. [HDR-8]
 *
 * Throws `WireError`: INVALID_API_VERSION for a major other than 1, MISSING_REQUIRED_FIELD or INVALID_FIELD_VALUE
 * for a field. Says nothing about the timestamp's distance from now.
 */
export function readRequestHeader(body: JsonObject): RequestHeader {
  const header = new Reader(body).object('requestHeader');

  // The version comes before all else: another major may have other fields. [ORD-1, HDR-7]
  const version = header.object('protocolVersion');
  const major = version.count('major');
  if (major !== MAJOR_SUPPORTED) {
    throw new WireError(
      'INVALID_API_VERSION',
      `requestHeader.protocolVersion.major must be ${MAJOR_SUPPORTED}, the only version served`,
    );
  }

  return {
    requestId: readRequestId(header),
    requestTimestampMs: readRequestTimestamp(header),
    // Any minor and revision is served, and one that is unset counts as 0. [HDR-6, OQ-23]
    protocolVersion: {
      major,
      minor: version.optionalCount('minor') ?? 0,
      revision: version.optionalCount('revision') ?? 0,
    },
  };
}

const REQUEST_ID = /^[A-Za-z0-9:_-]{1,100}$/;

function readRequestId(header: Reader): string {
  const requestId = header.string('requestId');
  // [HDR-1]
  if (REQUEST_ID.test(requestId)) return requestId;
  throw header.invalid('requestId', 'must be 1 to 100 characters from a-z A-Z 0-9 : - _');
}

/** An int64 that is not below 0, in the one way to write it: no sign, no leading zeros. [OQ-32] */
const DECIMAL_MS = /^(?:0|[1-9][0-9]{0,18})$/;
const INT64_MAX = 2n ** 63n - 1n;

function readRequestTimestamp(header: Reader): number {
  // A string, never a number. [HDR-3]
  const requestTimestamp = header.string('requestTimestamp');
  if (DECIMAL_MS.test(requestTimestamp) && BigInt(requestTimestamp) <= INT64_MAX)
    return Number(requestTimestamp);
  throw header.invalid(
    'requestTimestamp',
    'must be decimal milliseconds since 1970 within an int64, without sign or leading zeros',
  );
}

/**
 * Step 8 of ORD, for every arrival, replays included [IDEM-10]. `nowMs` is on the receiver's wall clock. Throws
 * REQUEST_TIMESTAMP_OUT_OF_RANGE outside of ±60 s; both ends are inside. [HDR-4, OQ-18]
 */
export function checkTimestamp({ requestTimestampMs }: RequestHeader, nowMs: number): void {
  const distanceMs = requestTimestampMs - nowMs;
  if (Math.abs(distanceMs) <= TIMESTAMP_DISTANCE_MAX_MS) return;
  const direction = distanceMs < 0 ? 'behind' : 'ahead of';
  throw new WireError(
    'REQUEST_TIMESTAMP_OUT_OF_RANGE',
    `requestHeader.requestTimestamp is more than ${TIMESTAMP_DISTANCE_MAX_MS} ms ${direction} the receiver's clock`,
  );
}
