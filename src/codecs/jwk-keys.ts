import { calculateJwkThumbprint } from 'jose';
import type { AllowedAlgorithms } from './jose-algorithms.ts';
import type { JoseKey } from './jose-key.ts';
import {
  algorithmsOf,
  type Jwk,
  JwkFault,
  type JwkSource,
  type KeyOwner,
  parseJwks,
  purposeOf,
} from './jwk.ts';
import { jwkKeyObject } from './jwk-key-object.ts';
import { jwkLife } from './jwk-life.ts';
import {
  createKeyRing,
  type KeyEnvironment,
  type KeyPurpose,
  type KeyRing,
  KeyRingError,
} from './key-ring.ts';

export interface JwkSources {
  /** Private keys. */
  readonly own: readonly JwkSource[];
  /** Public keys. */
  readonly peer: readonly JwkSource[];
  readonly allowed: AllowedAlgorithms;
  /** All four, or for the bare profile, which knows no signatures, `decrypt` and `encrypt`. */
  readonly purposes: readonly KeyPurpose[];
  /** For how long a key is good on receipt after its end, ≥ 0. [OQ-26] */
  readonly graceMs: number;
  readonly nowMs: number;
}

/** Printable ASCII, since a header is read in ASCII. */
const KEY_ID = /^[ -~]{1,256}$/;

/**
 * Reads and checks all keys: type, strength, purpose, algorithm, name, life. [JWE-2, JWE-4, ENC-5] Expired keys are
 * let in, for the ring to pass over. Throws `KeyRingError` for what can't be used, naming source and key and what
 * would be accepted, and never a part of a key.
 */
export async function readJwkKeyRing(sources: JwkSources): Promise<KeyRing<JoseKey>> {
  const { own, peer, purposes, graceMs, nowMs } = sources;
  const readAll = (owner: KeyOwner, all: readonly JwkSource[]) =>
    all.flatMap((source) => readJwks(source).map((jwk, at) => readKey(jwk, at, source, owner, sources)));
  const keys = await Promise.all([...readAll('own', own), ...readAll('peer', peer)]);
  checkTogether(keys);
  return createKeyRing(keys, { purposes, graceMs, nowMs });
}

function readJwks({ name, bytes }: JwkSource): readonly Jwk[] {
  let jwks: readonly Jwk[] | undefined;
  try {
    jwks = parseJwks(bytes);
  } catch {
    // Without a cause: the engine's message quotes what may be a private key.
  }
  if (jwks) return jwks;
  throw new KeyRingError(`${name} is neither a JWK nor a JWK set with at least one key, in JSON`);
}

async function readKey(
  jwk: Jwk,
  at: number,
  source: JwkSource,
  owner: KeyOwner,
  { allowed, nowMs }: JwkSources,
): Promise<JoseKey> {
  try {
    const keyId = jwk['kid'];
    if (typeof keyId !== 'string' || !KEY_ID.test(keyId)) {
      throw new JwkFault('lacks a kid of 1 to 256 printable ASCII characters, by which messages name it');
    }
    const purpose = purposeOf(jwk, owner);
    const algorithms = algorithmsOf(jwk, purpose, allowed);
    const key = jwkKeyObject(jwk, owner);
    const fingerprint = await calculateJwkThumbprint(jwk);
    const environment = environmentOf(keyId);
    return {
      purpose,
      keyId,
      fingerprint,
      algorithms,
      key,
      environment,
      ...jwkLife(jwk, source, owner, nowMs),
    };
  } catch (error) {
    if (error instanceof JwkFault) {
      throw new KeyRingError(`the JWK at place ${at + 1} of ${source.name} ${error.message}`);
    }
    throw error;
  }
}

/** `generateJwks` begins a `kid` with it. */
function environmentOf(keyId: string): KeyEnvironment | undefined {
  return (['sandbox', 'production'] as const).find((environment) => keyId.startsWith(`${environment}-`));
}

/** A name says which key, and a key of ours is either for signing or for decrypting. [JWE-4] */
function checkTogether(keys: readonly JoseKey[]): void {
  const names = new Set<string>();
  for (const { purpose, keyId } of keys) {
    const name = `${purpose} ${keyId}`;
    if (names.has(name))
      throw new KeyRingError(`two keys to ${purpose} have the kid ${keyId}; each needs its own`);
    names.add(name);
  }
  const signing = keys.filter(({ purpose }) => purpose === 'sign').map(({ fingerprint }) => fingerprint);
  for (const { purpose, keyId, fingerprint } of keys) {
    if (purpose === 'decrypt' && signing.includes(fingerprint)) {
      throw new KeyRingError(
        `key ${keyId} is given for signing and for decrypting; each needs a key of its own`,
      );
    }
  }
}
