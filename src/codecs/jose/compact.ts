import { decodeBase64Url } from '../base64url.ts';

const BASE64URL = /^[A-Za-z0-9_-]+$/;
/** What may stand last where 4 or 2 bits are left over: all others would mean the same bytes. */
const LAST_OF_TWO = /[AQgw]$/;
const LAST_OF_THREE = /[AEIMQUYcgkosw048]$/;

/**
 * The compact JWE that a body is, or that stands in it as base64url: editions differ, and a compact serialization has
 * dots, which base64url hasn't. It is decoded once at most, so it never grows. One line break at the end is passed
 * over. `undefined`: neither. [HTTP-5, OQ-15, OQ-52]
 */
export function unwrapJwe(body: Uint8Array): string | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const jwe = bytes.includes('.') ? bytes : decodeBase64Url(bytes);
  return jwe?.toString('latin1').replace(/\r?\n$/, '');
}

/**
 * The parts of a compact serialization, which are base64url without padding, line breaks or left-over bits: a JWE to an
 * RSA key has five of them, a signed JWS three. Only the one at `mayBeEmptyAt` may be empty. `undefined`: something
 * else.
 */
export function splitCompact(
  text: string,
  count: number,
  mayBeEmptyAt?: number,
): readonly string[] | undefined {
  const parts = text.split('.', count + 1);
  const good = (part: string, at: number) => (part === '' ? at === mayBeEmptyAt : isCanonical(part));
  return parts.length === count && parts.every(good) ? parts : undefined;
}

function isCanonical(part: string): boolean {
  if (!BASE64URL.test(part)) return false;
  switch (part.length % 4) {
    case 0:
      return true;
    case 2:
      return LAST_OF_TWO.test(part);
    case 3:
      return LAST_OF_THREE.test(part);
    default:
      return false;
  }
}
