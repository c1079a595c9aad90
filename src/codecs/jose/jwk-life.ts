import { LIFETIME_MAX_MS } from '../keys/key-limits.ts';
import type { RingKey } from '../keys/key-ring.ts';
import type { KeyHolder, KeySource } from '../keys/key-source.ts';
import { type Jwk, JwkFault } from './jwk.ts';

/** A moment in seconds above this is one in milliseconds by mistake: the year is 5138. */
const SECONDS_MAX = 1e11;

/**
 * From when to when a key is used. RFC 7517 has no members for that; `nbf`, `exp` and `iat` are taken as those of a
 * JWT, in seconds, and the narrower of them and what the source says counts. Throws `JwkFault` for a key of ours that
 * doesn't expire, or lives longer than two years. [ENC-5]
 */
export function jwkLife(
  jwk: Jwk,
  source: KeySource,
  holder: KeyHolder,
  nowMs: number,
): Pick<RingKey, 'notBeforeMs' | 'retiresAtMs' | 'expiresAtMs'> {
  const {
    retiresAtMs,
    notBeforeMs: sourceBeginMs,
    expiresAtMs: sourceEndMs = Number.POSITIVE_INFINITY,
  } = source;
  const beginMs = momentMs(jwk, 'nbf') ?? momentMs(jwk, 'iat');
  const endMs = Math.min(momentMs(jwk, 'exp') ?? Number.POSITIVE_INFINITY, sourceEndMs);
  if (holder === 'ours') {
    if (endMs === Number.POSITIVE_INFINITY) {
      throw new JwkFault(
        'never expires; it needs exp, or an expiry beside it, two years ahead at most [ENC-5]',
      );
    }
    if (endMs - (beginMs ?? sourceBeginMs ?? nowMs) > LIFETIME_MAX_MS) {
      throw new JwkFault('lives longer than two years, which are the most [ENC-5]');
    }
  }
  return {
    notBeforeMs: Math.max(beginMs ?? 0, sourceBeginMs ?? 0),
    retiresAtMs,
    expiresAtMs: endMs === Number.POSITIVE_INFINITY ? undefined : endMs,
  };
}

function momentMs(jwk: Jwk, member: 'nbf' | 'iat' | 'exp'): number | undefined {
  const seconds = jwk[member];
  if (seconds === undefined) return undefined;
  if (typeof seconds === 'number' && seconds >= 0 && seconds < SECONDS_MAX) return Math.floor(seconds * 1000);
  throw new JwkFault(`has an ${member} that is not a number of seconds since 1970`);
}
