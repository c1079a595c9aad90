import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { Secret } from '../../ports/secret.ts';
import { checkRsaBits, lifetimeMsOf, RSA_BITS_MIN } from '../keys/key-limits.ts';
import type { KeyOrder } from '../keys/new-key.ts';
import type { KeyManagement, Signing } from './algorithms.ts';
import { isJwk, type Jwk, JwkFault, parseJwks, purposeOf } from './jwk.ts';

/** `name`, `email` and `passphrase` are OpenPGP's. */
export interface JwkOrder extends Omit<KeyOrder, 'name' | 'email' | 'passphrase'> {
  /** One key for each; `sign` is of no use for bare JWEs. */
  readonly purposes: readonly ('sign' | 'decrypt')[];
  /** Default `RSA-OAEP-256`. */
  readonly keyManagement?: KeyManagement | undefined;
}

export interface GeneratedJwks {
  /** A JWK set in JSON, to be kept where only the server reads it. [ENC-4] */
  readonly privateSet: Secret;
  /** A JWK set in JSON, for Google. [ENC-3] */
  readonly publicSet: string;
  /** In the order of `purposes`: JWK thumbprints, after the environment if there is one. */
  readonly keyIds: readonly string[];
  readonly expiresAtMs: number;
}

/**
 * Makes keys that `readJwkKeyRing` accepts, with `kid`, `use`, `alg`, `nbf` and `exp`. Throws `RangeError` for a
 * strength or life that isn't allowed.
 */
export async function generateJwks(order: JwkOrder): Promise<GeneratedJwks> {
  const { purposes, nowMs, rsaBits = RSA_BITS_MIN, validityDays = 365 } = order;
  checkRsaBits(rsaBits);
  const lifetimeMs = lifetimeMsOf(validityDays);
  const nbf = Math.floor(nowMs / 1000);
  const exp = nbf + lifetimeMs / 1000;
  const { environment, signing = 'RS256', keyManagement = 'RSA-OAEP-256' } = order;
  const keys = await Promise.all(
    purposes.map(async (purpose) => {
      const alg = purpose === 'sign' ? signing : keyManagement;
      const use = purpose === 'sign' ? 'sig' : 'enc';
      const { kid, ...jwk } = await generate(alg, rsaBits);
      return { kid: environment ? `${environment}-${kid}` : kid, ...jwk, use, alg, nbf, exp };
    }),
  );
  return {
    privateSet: new Secret(setOf(keys)),
    publicSet: setOf(keys.map(publicPart)),
    keyIds: keys.map(({ kid }) => kid),
    expiresAtMs: exp * 1000,
  };
}

/** The public part of a private JWK or JWK set, as a JWK set in JSON, to hand to Google. [ENC-3, ENC-4] */
export function exportPublicJwks(bytes: Uint8Array): string {
  const jwks = parseJwks(bytes) ?? [];
  if (!jwks.every(isJwk)) throw new JwkFault('is no object');
  return setOf(jwks.map(publicPart));
}

async function generate(alg: Signing | KeyManagement, rsaBits: number) {
  // To the library an RSA key is for one padding or the other; the key itself is the same.
  const { privateKey } = await generateKeyPair(alg === 'RSA1_5' ? 'RSA-OAEP-256' : alg, {
    modulusLength: rsaBits,
    extractable: true,
  });
  const jwk = await exportJWK(privateKey);
  return { kid: await calculateJwkThumbprint(jwk), ...jwk };
}

const PUBLIC_MEMBERS = ['kid', 'kty', 'use', 'alg', 'n', 'e', 'crv', 'x', 'y', 'iat', 'nbf', 'exp'];

/** Only what is known to be public; `key_ops`, which would have to change, gives way to `use`. */
function publicPart(jwk: Jwk): Jwk {
  const use = purposeOf(jwk, 'ours') === 'sign' ? 'sig' : 'enc';
  return Object.fromEntries(
    Object.entries({ ...jwk, use }).filter(([member]) => PUBLIC_MEMBERS.includes(member)),
  );
}

function setOf(keys: readonly Jwk[]): string {
  return `${JSON.stringify({ keys }, null, 2)}\n`;
}
