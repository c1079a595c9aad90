import type { Challenge } from '../../ports/challenge.ts';
import type { Secret } from '../../ports/secret.ts';
import { UnavailableError } from '../../ports/unavailable.ts';
import { deriveCode } from './otp-code.ts';
import type { OtpKeys } from './otp-keys.ts';

/**
 * The code of a challenge: always the same, and written down nowhere. Throws `UnavailableError` if the secret it
 * was made with is configured no longer: that is for the operator to mend, and a retry then succeeds.
 */
export function codeOf(challenge: Challenge, keys: OtpKeys): Secret {
  const secret = keys.codeSecrets.get(challenge.secretId);
  if (secret === undefined) {
    throw new UnavailableError(`codes.secrets has no secret with the id ${challenge.secretId}`);
  }
  const { challengeId, nonce, codeLength } = challenge;
  return deriveCode({ secret, challengeId, nonce, length: codeLength });
}
