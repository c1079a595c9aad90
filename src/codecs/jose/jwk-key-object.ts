import {
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { EXPONENT_BYTES_MAX, RSA_BITS_MAX, RSA_BITS_MIN } from '../keys/key-limits.ts';
import type { KeyHolder } from '../keys/key-source.ts';
import { isPrivateJwk, type Jwk, JwkFault } from './jwk.ts';

const EXPONENT_MIN = 65_537n;
/** Of a key that ought to be Google's public one. */
export const LEAKED =
  'is private, where a public key is due: it has left the hands it belongs in, so treat it as leaked';

const EXPONENT_MAX = 2n ** BigInt(EXPONENT_BYTES_MAX * 8) - 1n;

/** The key itself, private or public, checked for strength. [ENC-5] Throws `JwkFault`. */
export function jwkKeyObject(jwk: Jwk, holder: KeyHolder): KeyObject {
  if (isPrivateJwk(jwk) !== (holder === 'ours'))
    throw new JwkFault(holder === 'ours' ? 'is public, where a private key of ours is due' : LEAKED);
  const publicKey = imported(jwk, createPublicKey);
  checkStrength(publicKey);
  if (holder === 'google') return publicKey;
  const privateKey = imported(jwk, createPrivateKey);
  if (!belongTogether(privateKey, publicKey))
    throw new JwkFault("has a private part that doesn't fit its public part");
  return privateKey;
}

function imported(
  jwk: Jwk,
  create: (input: { readonly key: JsonWebKey; readonly format: 'jwk' }) => KeyObject,
): KeyObject {
  try {
    return create({ key: jwk as JsonWebKey, format: 'jwk' });
  } catch {
    throw new JwkFault(
      'is not a sound key; RSA has n and e, and if private d, p, q, dp, dq and qi, EC has crv, x and y, and if private d',
    );
  }
}

function checkStrength(key: KeyObject): void {
  const { namedCurve, modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ec') {
    // P-256, in the words of OpenSSL.
    if (namedCurve !== 'prime256v1') throw new JwkFault('is an EC key of another curve than P-256');
    return;
  }
  if (modulusLength < RSA_BITS_MIN || modulusLength > RSA_BITS_MAX) {
    const range = `${RSA_BITS_MIN} to ${RSA_BITS_MAX} bits are accepted [ENC-5]`;
    throw new JwkFault(`is an RSA key of ${modulusLength} bits; ${range}`);
  }
  if (publicExponent < EXPONENT_MIN || publicExponent > EXPONENT_MAX) {
    throw new JwkFault('is an RSA key with a public exponent below 65537, which is usual, or above 32 bits');
  }
}

function belongTogether(privateKey: KeyObject, publicKey: KeyObject): boolean {
  const probe = Buffer.from('probe');
  return verify('sha256', probe, publicKey, sign('sha256', probe, privateKey));
}
