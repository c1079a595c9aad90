import { isJsonObject, JsonFault, type JsonObject, type JsonValue, readJson } from '../ports/text/json.ts';
import { WireError } from './error-response.ts';

/**
 * The JSON of a request, as strict as `readJson`. [JSON-1, JSON-2] Throws `WireError` INVALID_DECRYPTED_REQUEST and nothing
 * else, whatever the bytes. Its description tells the kind of fault and where it is, but nothing of the content. [ERR-4]
 */
export function parseStrictJson(bytes: Uint8Array): JsonValue {
  try {
    return readJson(bytes);
  } catch (error) {
    throw error instanceof JsonFault ? refusal(error.message) : error;
  }
}

/** The same, and refuses all but objects: an array or a bare value is JSON, but it is no request. [OQ-30] */
export function parseRequest(bytes: Uint8Array): JsonObject {
  const body = parseStrictJson(bytes);
  if (isJsonObject(body)) return body;
  throw refusal('is not an object');
}

function refusal(fault: string): WireError {
  return new WireError('INVALID_DECRYPTED_REQUEST', `the decrypted request ${fault}`);
}
