import type { Challenge } from '../../ports/challenge.ts';
import { isLive } from './challenge.ts';
import { keyedHash } from './keyed-digest.ts';
import type { OtpKeys } from './otp-keys.ts';

/** What tells secrets from others, and tells nobody the secrets. */
export interface KeyChecks {
  readonly digests: string;
  /** By id of the secret. */
  readonly codes: Readonly<Record<string, string>>;
}

/** 32 bits: another secret passes once in four billion times. */
const CHECK_BYTES = 4;

/**
 * The checks of these secrets, for the store to keep. Whoever has the store can try guesses of a weak digest secret
 * on its digests, one HMAC a guess; on the check it costs the same and tells less. Of a code secret nothing in
 * the store can be tried without a text that was sent, and so it stays: its check is taken under the digest
 * secret, and is of no use to whoever has not guessed that one already.
 */
export function keyChecksOf({ codeSecrets, digestKey }: OtpKeys): KeyChecks {
  const checkOf = (parts: readonly (string | Uint8Array)[]) =>
    keyedHash(digestKey, parts).subarray(0, CHECK_BYTES).toString('hex');
  const codes = [...codeSecrets].map(([id, secret]) => {
    const tag = keyedHash(secret, ['gsp-otp code key check v1', id]);
    return [id, checkOf(['gsp-otp code key check v1', id, tag])];
  });
  return { digests: checkOf(['gsp-otp digest key check v1']), codes: Object.fromEntries(codes) };
}

/** Ids of the secrets that codes were made with which may still be typed at `wallMs`, on the wall clock. */
export function secretsInUse(
  codes: readonly Pick<Challenge, 'secretId' | 'state' | 'expiresAtWallMs'>[],
  wallMs: number,
): readonly string[] {
  const live = codes.filter(({ state, expiresAtWallMs }) => isLive(state) && expiresAtWallMs > wallMs);
  return [...new Set(live.map(({ secretId }) => secretId))];
}

export interface KeyFault {
  readonly about: 'digests' | 'codes';
  /** Names the setting, and ids of code secrets. */
  readonly reason: string;
}

/**
 * Why a store must not be served with secrets that have the checks `now`, `undefined` if it may. `known`: what it was
 * served with last; `inUse`: the ids of the secrets that codes were made with which may still be typed.
 */
export function keyFault(
  known: KeyChecks | undefined,
  now: KeyChecks,
  inUse: readonly string[],
): KeyFault | undefined {
  if (known !== undefined && known.digests !== now.digests) {
    return { about: 'digests', reason: 'digests.secret is not the one that this store was made with' };
  }
  const ids = Object.keys(now.codes);
  const changed =
    known === undefined ? [] : ids.filter((id) => (known.codes[id] ?? now.codes[id]) !== now.codes[id]);
  if (changed.length > 0) {
    const reason = `codes.secrets has another secret under the id ${changed.join(', ')} than this store was served with last`;
    return { about: 'codes', reason };
  }
  const missing = inUse.filter((id) => !ids.includes(id));
  if (missing.length > 0) {
    return {
      about: 'codes',
      reason: `codes.secrets lacks ${missing.join(', ')}, with which codes were made that still live`,
    };
  }
  if (known === undefined || ids.some((id) => known.codes[id] !== undefined)) return undefined;
  return {
    about: 'codes',
    reason: 'codes.secrets has none of the secrets that this store was served with last',
  };
}
