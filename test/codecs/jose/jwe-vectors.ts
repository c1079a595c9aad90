import { readdirSync, readFileSync } from 'node:fs';
import { type BodyFault, BodyRefused } from '../../../src/codecs/body-fault.ts';
import { type AllowedAlgorithms, CURRENT_ALGORITHMS } from '../../../src/codecs/jose/algorithms.ts';
import { openJwe } from '../../../src/codecs/jose/jwe-open.ts';
import type { JweRules } from '../../../src/codecs/jose/jwe-rules.ts';
import { readJwkKeyRing } from '../../../src/codecs/jose/jwk-keys.ts';
import type { JoseKey } from '../../../src/codecs/jose/key.ts';
import type { KeyPurpose, KeyRing } from '../../../src/codecs/keys/key-ring.ts';
import type { KeySource } from '../../../src/codecs/keys/key-source.ts';

const FOLDER = new URL('../../vectors/jose/', import.meta.url);

/** When most of the keys are good: they begin in March, the expired ones ended in October, the next ones began then. */
export const NOW_MS = Date.UTC(2026, 10, 22, 10);
export const DAY_MS = 86_400_000;
export const REQUEST = readFileSync(new URL('request.json', FOLDER));

/** With those of the older edition. */
export const OLDER_ALGORITHMS: AllowedAlgorithms = {
  ...CURRENT_ALGORITHMS,
  keyManagement: ['RSA-OAEP-256', 'RSA1_5'],
  contentEncryption: ['A256GCM', 'A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512'],
};

export const NESTED: JweRules = {
  seal: 'jwe+jws',
  contentEncryption: CURRENT_ALGORITHMS.contentEncryption,
  compressed: false,
  issuedAt: false,
  wrapped: false,
};
export const BARE: JweRules = { ...NESTED, seal: 'jwe' };
/** With all that the older edition had. */
export const OLDER: JweRules = {
  ...NESTED,
  contentEncryption: ['A256GCM', 'A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512'],
  compressed: true,
};

const PURPOSES: readonly KeyPurpose[] = ['decrypt', 'sign', 'verify', 'encrypt'];

export function keyFile(name: string): Buffer {
  return readFileSync(new URL(`keys/${name}.json`, FOLDER));
}

/** A key of a set in `keys/`, as it is written there: `jwkOf('own.private', 'own-sig')`. */
export function jwkOf(file: string, kid: string): Record<string, unknown> {
  const { keys } = JSON.parse(keyFile(file).toString()) as { readonly keys: Record<string, unknown>[] };
  const jwk = keys.find((key) => key['kid'] === kid);
  if (!jwk) throw new Error(`${file} has no key ${kid}`);
  return jwk;
}

export function sourceOf(name: string, keys: readonly object[], times: Partial<KeySource> = {}): KeySource {
  return { name, bytes: Buffer.from(JSON.stringify({ keys })), ...times };
}

export interface RingOptions {
  readonly allowed?: AllowedAlgorithms;
  readonly purposes?: readonly KeyPurpose[];
  readonly graceMs?: number;
}

/** A ring of private keys of ours and public ones of the peer, by the names of their files. */
export function readRing(
  ours: readonly string[],
  google: readonly string[],
  { allowed = OLDER_ALGORITHMS, purposes = PURPOSES, graceMs = DAY_MS }: RingOptions = {},
): Promise<KeyRing<JoseKey>> {
  const source = (name: string) => ({ name, bytes: keyFile(name) });
  return readJwkKeyRing({
    ours: ours.map((name) => source(`${name}.private`)),
    google: google.map((name) => source(`${name}.public`)),
    allowed,
    purposes,
    graceMs,
    nowMs: NOW_MS,
  });
}

export function keyOf(ring: KeyRing<JoseKey>, purpose: KeyPurpose, keyId?: string): JoseKey {
  const key = ring.keys.find((key) => key.purpose === purpose && (keyId ?? key.keyId) === key.keyId);
  if (!key) throw new Error(`the ring has no such key to ${purpose}`);
  return key;
}

/** What became of a body: its payload, or why it was refused. */
export async function tryOpen(
  body: Uint8Array | string,
  ring: KeyRing<JoseKey>,
  rules: JweRules = NESTED,
  nowMs = NOW_MS,
): Promise<Buffer | BodyFault> {
  try {
    return Buffer.from(await openJwe(Buffer.from(body), ring, rules, nowMs));
  } catch (error) {
    if (error instanceof BodyRefused) return error.reason;
    throw error;
  }
}

export interface RfcVector {
  readonly source: string;
  readonly kind: 'jwe' | 'jws' | 'nested';
  readonly key: Record<string, unknown> | null;
  readonly signer?: Record<string, unknown>;
  readonly message: string;
  readonly payload: string;
}

export function rfcVectors(): readonly (RfcVector & { readonly name: string })[] {
  const folder = new URL('rfc/', FOLDER);
  return readdirSync(folder)
    .sort()
    .map((file) => ({
      name: file.replace('.json', ''),
      ...(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as RfcVector),
    }));
}
