import { createPublicKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import {
  createKeyRing,
  KEY_PURPOSES,
  type KeyEnvironment,
  type KeyRing,
  KeyRingError,
  type PassedOverKey,
} from '../keys/key-ring.ts';
import type { KeyHolder, KeySource, KeySources } from '../keys/key-source.ts';
import type { AllowedAlgorithms } from './algorithms.ts';
import { algorithmsOf, checkKeyType, isJwk, isPrivateJwk, JwkFault, parseJwks, purposeOf } from './jwk.ts';
import { jwkKeyObject, LEAKED } from './jwk-key-object.ts';
import { jwkLife } from './jwk-life.ts';
import type { JoseKey } from './key.ts';

export interface JwkSources extends KeySources {
  readonly allowed: AllowedAlgorithms;
}

/** Printable ASCII, since a header is read in ASCII. */
const KEY_ID = /^[ -~]{1,256}$/;

/**
 * Reads and checks all keys: type, strength, purpose, algorithm, name, life. [JWE-2, JWE-4, ENC-5] Expired keys are
 * let in, for the ring to pass over. Throws `KeyRingError` for a key of ours that can't be used, and where of Google's
 * nothing is left, naming source and key and what would be accepted, and never a part of a key. [OQ-79]
 */
export async function readJwkKeyRing(sources: JwkSources): Promise<KeyRing<JoseKey>> {
  const { purposes = KEY_PURPOSES, graceMs, nowMs, environment } = sources;
  const own = await Promise.all(
    candidatesIn(sources.ours).map((candidate) => readOwnKey(candidate, sources)),
  );
  checkTogether(own);
  const theirs = await readGoogleKeys(candidatesIn(sources.google), sources);
  const rules = { purposes, graceMs, nowMs, environment };
  return createKeyRing([...own, ...theirs.keys], rules, theirs.passedOver);
}

/** A member of a set, and what it is called. */
interface Candidate {
  readonly jwk: unknown;
  readonly name: string;
  readonly source: KeySource;
}

function candidatesIn(sources: readonly KeySource[]): readonly Candidate[] {
  return sources.flatMap((source) =>
    readJwks(source).map((jwk, at) => ({
      jwk,
      name: `the JWK at place ${at + 1} of ${source.name}`,
      source,
    })),
  );
}

function readJwks({ name, bytes }: KeySource): readonly unknown[] {
  let jwks: readonly unknown[] | undefined;
  try {
    jwks = parseJwks(bytes);
  } catch {
    // Without a cause: the engine's message quotes what may be a private key.
  }
  if (jwks) return jwks;
  throw new KeyRingError(`${name} is neither a JWK nor a JWK set with at least one key, in JSON`, {
    source: name,
  });
}

async function readOwnKey(candidate: Candidate, sources: JwkSources): Promise<JoseKey> {
  try {
    return await readKey(candidate, 'ours', sources);
  } catch (error) {
    if (!(error instanceof JwkFault)) throw error;
    const source = candidate.source.name;
    throw new KeyRingError(`${candidate.name} ${error.message}`, { source });
  }
}

/** A key of Google's, and where it stands. */
interface Named {
  readonly key: JoseKey;
  readonly name: string;
}

/** RFC 7517 section 5: what isn't understood in a set is passed over. */
async function readGoogleKeys(candidates: readonly Candidate[], sources: JwkSources) {
  const passedOver: PassedOverKey[] = [];
  const passOver = (source: string | undefined, key: string, reason: string) =>
    passedOver.push({ source, key, reason });
  const named = new Map<string, Named>();
  for (const candidate of candidates) {
    const { name, source } = candidate;
    try {
      const key = await readKey(candidate, 'google', sources);
      const identity = `${key.purpose} ${key.keyId} ${key.fingerprint}`;
      const known = named.get(identity);
      named.set(identity, known ? { name: known.name, key: joined(known.key, key) } : { name, key });
      if (known)
        passOver(source.name, name, `is the same key as ${known.name}: the earlier end of both counts`);
    } catch (error) {
      if (!(error instanceof JwkFault)) throw error;
      passOver(source.name, name, error.message);
    }
  }
  const keys: JoseKey[] = [];
  for (const { key, name } of named.values()) {
    const namesakes = [...named.values()].filter(
      (other) =>
        other.key.purpose === key.purpose && other.key.keyId === key.keyId && meet(other.key, key, sources),
    );
    if (namesakes.length <= 1) keys.push(key);
    else passOver(key.source, name, `shares its kid with another key to ${key.purpose}; each needs its own`);
  }
  return { keys, passedOver };
}

/**
 * Whether a message could ever mean either of two keys. One that has ended, or begins when the other ends, stands in
 * nobody's way. [OQ-79]
 */
function meet(one: JoseKey, other: JoseKey, { graceMs, nowMs }: JwkSources): boolean {
  const endMs = ({
    retiresAtMs = Number.POSITIVE_INFINITY,
    expiresAtMs = Number.POSITIVE_INFINITY,
  }: JoseKey) => Math.min(retiresAtMs + graceMs, expiresAtMs);
  return Math.max(one.notBeforeMs, other.notBeforeMs, nowMs) < Math.min(endMs(one), endMs(other));
}

/** One key that is there twice, perhaps once for each algorithm. What has ended in one place doesn't go on in another. */
function joined(first: JoseKey, second: JoseKey): JoseKey {
  const earlier = (one: number | undefined, other: number | undefined) =>
    one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
  return {
    ...first,
    algorithms: [...new Set([...first.algorithms, ...second.algorithms])],
    retiresAtMs: earlier(first.retiresAtMs, second.retiresAtMs),
    expiresAtMs: earlier(first.expiresAtMs, second.expiresAtMs),
  };
}

async function readKey(
  { jwk, source }: Candidate,
  holder: KeyHolder,
  { allowed, nowMs }: JwkSources,
): Promise<JoseKey> {
  if (!isJwk(jwk)) throw new JwkFault('is no object');
  if (holder === 'google' && isPrivateJwk(jwk)) throw new JwkFault(LEAKED);
  checkKeyType(jwk);
  const keyId = jwk['kid'];
  if (typeof keyId !== 'string' || !KEY_ID.test(keyId)) {
    throw new JwkFault('lacks a kid of 1 to 256 printable ASCII characters, by which messages name it');
  }
  const purpose = purposeOf(jwk, holder);
  const algorithms = algorithmsOf(jwk, purpose, allowed);
  const key = jwkKeyObject(jwk, holder);
  return {
    purpose,
    keyId,
    fingerprint: await fingerprintOf(key),
    algorithms,
    key,
    environment: environmentOf(keyId),
    source: source.name,
    ...jwkLife(jwk, source, holder, nowMs),
  };
}

/**
 * The thumbprint of RFC 7638 over the key as it was read, not as it was written: zeros in front of a number, padding or
 * the order of members make no other key.
 */
function fingerprintOf(key: KeyObject): Promise<string> {
  const publicKey =
    key.type === 'private' ? createPublicKey(key.export({ format: 'pem', type: 'pkcs8' })) : key;
  return calculateJwkThumbprint(publicKey.export({ format: 'jwk' }) as JWK);
}

/** `generateJwks` begins a `kid` with it. */
function environmentOf(keyId: string): KeyEnvironment | undefined {
  return (['sandbox', 'production'] as const).find((environment) => keyId.startsWith(`${environment}-`));
}

/** A name says which key, and a key of ours is either for signing or for decrypting. [JWE-4] */
function checkTogether(keys: readonly JoseKey[]): void {
  const names = new Set<string>();
  for (const { purpose, keyId, source } of keys) {
    const name = `${purpose} ${keyId}`;
    if (names.has(name))
      throw new KeyRingError(`two keys to ${purpose} have the kid ${keyId}; each needs its own`, { source });
    names.add(name);
  }
  const signing = keys.filter(({ purpose }) => purpose === 'sign').map(({ fingerprint }) => fingerprint);
  for (const { purpose, keyId, fingerprint, source } of keys) {
    if (purpose === 'decrypt' && signing.includes(fingerprint)) {
      throw new KeyRingError(
        `key ${keyId} is given for signing and for decrypting; each needs a key of its own`,
        { source },
      );
    }
  }
}
