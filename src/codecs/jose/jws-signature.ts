import { constants, type KeyObject, sign, verify } from 'node:crypto';
import type { Signing } from './algorithms.ts';

/*
 * RFC 7518 sections 3.3 (RS256), 3.4 (ES256, whose signature is two numbers side by side) and 3.5 (PS256, whose salt is
 * as long as the digest). [JWE-2]
 */

const DIGEST = 'sha256';

const TERMS = {
  RS256: { padding: constants.RSA_PKCS1_PADDING },
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  ES256: { dsaEncoding: 'ieee-p1363' },
} as const satisfies Record<Signing, object>;

/** A compact JWS. `header` is what it begins with, in base64url, and names the same algorithm. */
export function signJws(payload: Uint8Array, header: string, key: KeyObject, alg: Signing): string {
  const signed = `${header}.${Buffer.from(payload).toString('base64url')}`;
  const signature = sign(DIGEST, Buffer.from(signed, 'latin1'), { key, ...TERMS[alg] });
  return `${signed}.${signature.toString('base64url')}`;
}

/** The payload of the three parts of a compact JWS; `undefined`: the signature isn't the one of this key. */
export function verifyJws(
  [header = '', payload = '', signature = '']: readonly string[],
  key: KeyObject,
  alg: Signing,
): Buffer | undefined {
  const signed = Buffer.from(`${header}.${payload}`, 'latin1');
  const terms = { key, ...TERMS[alg] };
  return verify(DIGEST, signed, terms, Buffer.from(signature, 'base64url'))
    ? Buffer.from(payload, 'base64url')
    : undefined;
}
