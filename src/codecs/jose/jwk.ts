import type { KeyPurpose } from '../keys/key-ring.ts';
import type { KeyHolder } from '../keys/key-source.ts';
import type { AllowedAlgorithms, KeyAlgorithm } from './algorithms.ts';

/** A JWK as it was written down: nothing in it is known to be right. */
export type Jwk = Readonly<Record<string, unknown>>;

/** What a key is good for: signatures or encryption; the values of `use`. */
export type KeyUse = 'sig' | 'enc';

interface Algorithm {
  readonly use: KeyUse;
  readonly keyType: 'RSA' | 'EC';
}

const ALGORITHMS: Readonly<Record<KeyAlgorithm, Algorithm>> = {
  'RSA-OAEP-256': { use: 'enc', keyType: 'RSA' },
  'RSA-OAEP': { use: 'enc', keyType: 'RSA' },
  RSA1_5: { use: 'enc', keyType: 'RSA' },
  RS256: { use: 'sig', keyType: 'RSA' },
  PS256: { use: 'sig', keyType: 'RSA' },
  ES256: { use: 'sig', keyType: 'EC' },
};

const OPERATIONS: Readonly<Record<string, KeyUse>> = {
  sign: 'sig',
  verify: 'sig',
  encrypt: 'enc',
  decrypt: 'enc',
  wrapKey: 'enc',
  unwrapKey: 'enc',
};

/** The operations (`key_ops`) of which a key for a purpose has at least one. */
const OPERATIONS_FOR: Readonly<Record<KeyPurpose, readonly string[]>> = {
  sign: ['sign'],
  verify: ['verify'],
  encrypt: ['encrypt', 'wrapKey'],
  decrypt: ['decrypt', 'unwrapKey'],
};

/** What is wrong with a JWK; the reader adds which one it is. */
export class JwkFault extends Error {
  override readonly name = 'JwkFault';
}

/** What a JWK set lists, right or wrong, or the one JWK. `undefined`: something else. Throws `SyntaxError` if it isn't JSON. */
export function parseJwks(bytes: Uint8Array): readonly unknown[] | undefined {
  // A byte order mark is no part of the text, says the decoder.
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!isJwk(value)) return undefined;
  const jwks = value['keys'] ?? [value];
  return Array.isArray(jwks) && jwks.length > 0 ? jwks : undefined;
}

/** Members that only a private key has. Those of a symmetric one are not among them. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

/** Whether it is a private key of a pair, or has some of one in it. */
export function isPrivateJwk(jwk: Jwk): boolean {
  return jwk['kty'] !== 'oct' && PRIVATE_MEMBERS.some((member) => jwk[member] !== undefined);
}

/** Whether it is an object, as every JWK is. */
export function isJwk(value: unknown): value is Jwk {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Throws `JwkFault` for a key of a type that nothing here can be done with. */
export function checkKeyType({ kty }: Jwk): void {
  if (kty === 'RSA' || kty === 'EC') return;
  const accepted = 'RSA and EC keys are accepted';
  if (kty === undefined) throw new JwkFault(`lacks kty, its type; ${accepted}`);
  if (kty === 'oct') throw new JwkFault(`is symmetric (kty oct), one secret for both sides; ${accepted}`);
  throw new JwkFault(`has a kty, its type, that is not used here; ${accepted}`);
}

/**
 * What a key of ours, or of Google's, is for, by `use`, `key_ops` and `alg`, which must agree. Throws `JwkFault`,
 * also where none of them says it: a key whose purpose is guessed might end up with two.
 */
export function purposeOf({ use, key_ops: operations, alg }: Jwk, holder: KeyHolder): KeyPurpose {
  if (operations !== undefined && !Array.isArray(operations)) {
    throw new JwkFault('has key_ops that are not a list');
  }
  if (alg !== undefined && !isKeyAlgorithm(alg))
    throw new JwkFault(`has an alg that is not used here; known are ${Object.keys(ALGORITHMS).join(', ')}`);
  const claims = [
    ...(use === undefined ? [] : [use]),
    ...(operations ?? []).map((operation) => OPERATIONS[String(operation)]),
    ...(alg === undefined ? [] : [ALGORITHMS[alg].use]),
  ];
  const [claim, ...others] = new Set(claims);
  if (claims.length === 0)
    throw new JwkFault('lacks use, key_ops and alg; one of them has to say what it is for');
  if (others.length > 0 || (claim !== 'sig' && claim !== 'enc')) {
    throw new JwkFault(
      'is for nothing known, or for two things: use, key_ops and alg have to agree on sig or enc',
    );
  }
  const purpose = PURPOSES[holder][claim];
  if (operations && !OPERATIONS_FOR[purpose].some((operation) => operations.includes(operation))) {
    throw new JwkFault(
      `is not for the operation needed; its key_ops lack ${OPERATIONS_FOR[purpose].join(' and ')}`,
    );
  }
  return purpose;
}

const PURPOSES = {
  ours: { sig: 'sign', enc: 'decrypt' },
  google: { sig: 'verify', enc: 'encrypt' },
} as const;

/**
 * What a key may be used with: its own algorithm if that is allowed, else those of the allowed ones that fit it.
 * `RSA1_5` a key must name itself, so that no key is used with the old padding and the new. [JWE-2, JWE-3]
 */
export function algorithmsOf(
  jwk: Jwk,
  purpose: KeyPurpose,
  allowed: AllowedAlgorithms,
): readonly KeyAlgorithm[] {
  const signs = purpose === 'sign' || purpose === 'verify';
  const candidates: readonly KeyAlgorithm[] = signs ? allowed.signing : allowed.keyManagement;
  const fitting = candidates.filter((algorithm) => ALGORITHMS[algorithm].keyType === jwk['kty']);
  const algorithms = fitting.filter((algorithm) =>
    jwk['alg'] === undefined ? algorithm !== 'RSA1_5' : algorithm === jwk['alg'],
  );
  if (algorithms.length > 0) return algorithms;
  throw new JwkFault(
    `has an algorithm or type that is not allowed here; accepted to ${purpose}: ${candidates.join(', ')}`,
  );
}

function isKeyAlgorithm(alg: unknown): alg is KeyAlgorithm {
  return typeof alg === 'string' && Object.hasOwn(ALGORITHMS, alg);
}
