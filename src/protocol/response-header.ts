import type { JsonObject } from '../ports/text/json.ts';

/**
 * What every response body carries, success or error. `nowMs` is the time of this answer, also when the rest of it
 * is a replay: whole ms since the Unix epoch on the wall clock, written as a string. [HDR-10, HDR-11]
 */
export function responseHeader(nowMs: number): JsonObject {
  return { responseTimestamp: nowMs.toFixed(0) };
}
