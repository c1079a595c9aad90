import { readFileSync, writeFileSync } from 'node:fs';
import { CURRENT_ALGORITHMS } from '../src/codecs/jose/algorithms.ts';
import { JweCodec } from '../src/codecs/jose/codec.ts';
import { generateJwks } from '../src/codecs/jose/jwk-generate.ts';
import { readJwkKeyRing } from '../src/codecs/jose/jwk-keys.ts';
import { PgpCodec } from '../src/codecs/openpgp/codec.ts';
import { generatePgpKey } from '../src/codecs/openpgp/generate.ts';
import { readPgpKeyRing } from '../src/codecs/openpgp/keys.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { PayloadCodec } from '../src/ports/payload-codec.ts';

export type Format = 'pgp' | 'jwe+jws';

/** Both sides' keys: armored for PGP, JWK sets in JSON for JWE. */
export interface SealedKeys {
  readonly format: Format;
  readonly rsaBits: number;
  readonly ours: KeyPair;
  readonly google: KeyPair;
}

interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

export async function makeKeys(format: Format, rsaBits: number, file: string): Promise<SealedKeys> {
  const make = (name: string) => makeKeyPair(format, name, rsaBits);
  const keys = { format, rsaBits, ours: await make('ours'), google: await make('google') };
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}

export function readKeys(file: string): SealedKeys {
  return JSON.parse(readFileSync(file, 'utf8')) as SealedKeys;
}

export function makeKeyPair(format: Format, name: string, rsaBits: number): Promise<KeyPair> {
  return format === 'pgp' ? makePgpKey(name, rsaBits) : makeJwks(name, rsaBits);
}

async function makePgpKey(name: string, rsaBits: number): Promise<KeyPair> {
  const made = await generatePgpKey({ name, rsaBits, nowMs: Date.now() });
  return { privateKey: made.privateKey.reveal(), publicKey: made.publicKey };
}

async function makeJwks(_name: string, rsaBits: number): Promise<KeyPair> {
  const made = await generateJwks({ purposes: ['sign', 'decrypt'], rsaBits, nowMs: Date.now() });
  return { privateKey: made.privateSet.reveal(), publicKey: made.publicSet };
}

/** A codec of ours with these keys; for the other side of the conversation, swap `ours` and `google`. */
export async function startOwnCodec(
  { format, ours, google }: SealedKeys,
  clock: Clock,
  threads: number,
  waitingMax = 4096,
): Promise<PayloadCodec> {
  const sources = {
    ours: [{ name: 'own', bytes: Buffer.from(ours.privateKey) }],
    google: [{ name: 'peer', bytes: Buffer.from(google.publicKey) }],
    graceMs: 0,
    nowMs: clock.nowMs(),
  };
  const common = { clock, threads, waitingMax };
  if (format === 'pgp') return PgpCodec.start({ ...common, ring: await readPgpKeyRing(sources) });
  const allowed = CURRENT_ALGORITHMS;
  const purposes = ['decrypt', 'sign', 'verify', 'encrypt'] as const;
  const ring = await readJwkKeyRing({ ...sources, allowed, purposes });
  const { contentEncryption } = allowed;
  const rules = {
    seal: 'jwe+jws',
    contentEncryption,
    compressed: false,
    issuedAt: false,
    wrapped: false,
  } as const;
  return JweCodec.start({ ...common, ring, rules });
}
