import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Key, Subkey } from 'openpgp';

/** The public part of an RSA key, imported. */
export function publicKeyObject({ keyPacket }: Key | Subkey): KeyObject {
  const { n, e } = numbersOf(keyPacket.publicParams);
  return createPublicKey({ key: { kty: 'RSA', n: text(n), e: text(e) }, format: 'jwk' });
}

/** An RSA private key, imported. `undefined`: the private part is not there, or on a card. */
export function privateKeyObject({ keyPacket }: Key | Subkey): KeyObject | undefined {
  if (!('privateParams' in keyPacket) || keyPacket.isMissingSecretKeyMaterial() || !keyPacket.isDecrypted()) {
    return undefined;
  }
  const { n, e } = numbersOf(keyPacket.publicParams);
  const { d, p, q, u } = numbersOf(keyPacket.privateParams);
  // OpenPGP keeps the inverse of p modulo q, a JWK that of q modulo p: the primes change places.
  const jwk = {
    kty: 'RSA',
    n: text(n),
    e: text(e),
    d: text(d),
    p: text(q),
    q: text(p),
    dp: text(reduced(d, q)),
    dq: text(reduced(d, p)),
    qi: text(u),
  };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

function numbersOf(parameters: unknown): Readonly<Record<string, unknown>> {
  return Object(parameters) as Record<string, unknown>;
}

function text(number: unknown): string {
  if (!(number instanceof Uint8Array)) throw new TypeError('an RSA key lacks one of its numbers');
  return Buffer.from(number).toString('base64url');
}

/** `exponent` modulo `prime` - 1. */
function reduced(exponent: unknown, prime: unknown): Buffer {
  const digits = (bigInt(exponent) % (bigInt(prime) - 1n)).toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
}

function bigInt(number: unknown): bigint {
  return BigInt(`0x${Buffer.from(text(number), 'base64url').toString('hex')}`);
}
