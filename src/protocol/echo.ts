import type { JsonObject } from '../ports/text/json.ts';
import { Reader } from './reader.ts';
import { responseHeader } from './response-header.ts';

export interface EchoRequest {
  /** Any string, the empty one too. */
  readonly clientMessage: string;
}

/** Throws `WireError`: MISSING_REQUIRED_FIELD or INVALID_FIELD_VALUE. */
export function decodeEcho(body: JsonObject): EchoRequest {
  return { clientMessage: new Reader(body).string('clientMessage') };
}

export interface EchoResponse {
  /** Exactly what came in: not trimmed, not normalised. [ECHO-1] */
  readonly clientMessage: string;
  /** The integrator's own words. `undefined`: none. */
  readonly serverMessage?: string | undefined;
  /** Whole ms since the Unix epoch, on the wall clock. */
  readonly nowMs: number;
}

export function encodeEcho({ clientMessage, serverMessage, nowMs }: EchoResponse): JsonObject {
  return {
    responseHeader: responseHeader(nowMs),
    clientMessage,
    ...(serverMessage === undefined ? {} : { serverMessage }),
  };
}
