import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import type { ConformanceConfig } from '../../run/config.ts';
import { ConformanceConfigError } from '../../run/config-error.ts';

export interface JoseKey {
  readonly kid: string;
  readonly key: KeyObject;
}

/** A JWK with the members that select it. */
interface NamedJwk extends JsonWebKey {
  readonly kid?: unknown;
  readonly use?: unknown;
}

/** The keys of both sides, ready to use. */
export interface JoseKeys {
  /** Google's private keys: first the one that signs by default. */
  readonly signing: readonly JoseKey[];
  readonly decryption: readonly JoseKey[];
  /** The integrator's public keys: first the one that is encrypted to by default. */
  readonly recipients: readonly JoseKey[];
  readonly verification: readonly JoseKey[];
  readonly retired: JoseKey | undefined;
}

/** Throws `ConformanceConfigError` if a key can't be read or a needed one is missing. */
export function readJoseKeys(config: ConformanceConfig): JoseKeys {
  const { codec, google, integrator } = config;
  if (google === undefined || integrator === undefined) {
    throw new ConformanceConfigError(`codec ${codec} needs google.privateKeys and integrator.publicKeys`);
  }
  const own = google.privateKeys.flatMap(readJwks);
  const theirs = integrator.publicKeys.flatMap(readJwks);
  const keys: JoseKeys = {
    signing: own.filter(serves('sig')).map(privateKey),
    decryption: own.filter(serves('enc')).map(privateKey),
    recipients: theirs.filter(serves('enc')).map(publicKey),
    verification: theirs.filter(serves('sig')).map(publicKey),
    retired: [...(google.expiredKeys ?? []), ...(google.revokedKeys ?? [])]
      .flatMap(readJwks)
      .filter(serves('sig'))
      .map(privateKey)[0],
  };
  if (keys.recipients.length === 0)
    throw new ConformanceConfigError('integrator.publicKeys has no key with use enc');
  if (keys.decryption.length === 0)
    throw new ConformanceConfigError('google.privateKeys has no key with use enc');
  if (codec === 'jwe+jws' && keys.signing.length === 0) {
    throw new ConformanceConfigError('google.privateKeys has no key with use sig');
  }
  return keys;
}

interface StrangeKey {
  readonly kid: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

let stranger: StrangeKey | undefined;

/** A key pair that nobody knows, made at the first call. */
export function strangeKey(): StrangeKey {
  stranger ??= { kid: 'nobody-knows-this-key', ...generateKeyPairSync('rsa', { modulusLength: 2048 }) };
  return stranger;
}

/** A key without `use` serves both purposes. */
function serves(use: 'sig' | 'enc') {
  return (jwk: NamedJwk): boolean => jwk.use === undefined || jwk.use === use;
}

function readJwks(text: string): NamedJwk[] {
  const value: unknown = parse(text);
  if (typeof value !== 'object' || value === null)
    throw new ConformanceConfigError('a key is no JWK and no JWKS');
  const keys: unknown = 'keys' in value ? value.keys : [value];
  if (!Array.isArray(keys)) throw new ConformanceConfigError('the member keys of a JWKS is no array');
  return keys;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConformanceConfigError('a key is no JSON: JOSE keys are JWK or JWKS');
  }
}

function kidOf(jwk: NamedJwk): string {
  const { kid } = jwk;
  if (typeof kid !== 'string') throw new ConformanceConfigError('a JWK has no kid, which selects it');
  return kid;
}

function privateKey(jwk: NamedJwk): JoseKey {
  if (jwk.d === undefined)
    throw new ConformanceConfigError(`the key ${kidOf(jwk)} of google has no private part`);
  return { kid: kidOf(jwk), key: createPrivateKey({ key: jwk, format: 'jwk' }) };
}

function publicKey(jwk: NamedJwk): JoseKey {
  return { kid: kidOf(jwk), key: createPublicKey({ key: jwk, format: 'jwk' }) };
}
