import { createHmac, type KeyObject } from 'node:crypto';
import { isJsonObject, type JsonObject, type JsonValue } from '../ports/text/json.ts';

export const FINGERPRINT_BYTES = 16;

/**
 * Tells whether two requests ask for the same: 16 bytes that are equal if, and but for chance only if, the bodies
 * have equal parameters. Covers every member but `requestHeader`, known or not [IDEM-5, OQ-17]; how they are ordered,
 * spaced and escaped makes no difference, nor whether an unset one is absent or `null`. [OQ-4, OQ-35]
 *
 * A digest is all that is kept of a request, and a keyed one, since codes and numbers are few enough to try them
 * all. [IDEM-13] It has to stay the same for as long as answers are kept, from release to release. [IDEM-12]
 */
export function fingerprint(body: JsonObject, key: KeyObject): Uint8Array {
  const { requestHeader: _, ...parameters } = body;
  const hmac = createHmac('sha256', key);
  const digest = hmac.update(canonicalJson(parameters)).digest();
  return new Uint8Array(digest.subarray(0, FINGERPRINT_BYTES));
}

/**
 * RFC 8785, which took over how ECMAScript writes strings and numbers and orders names, without members that are
 * `null`. Recurses as deep as the value, which `parseStrictJson` bounds.
 */
export function canonicalJson(value: JsonValue): string {
  if (isJsonObject(value)) {
    const members: string[] = [];
    for (const name of Object.keys(value).sort()) {
      const member = value[name] ?? null;
      if (member !== null) members.push(`${JSON.stringify(name)}:${canonicalJson(member)}`);
    }
    return `{${members.join(',')}}`;
  }
  return Array.isArray(value) ? `[${value.map(canonicalJson).join(',')}]` : JSON.stringify(value);
}
