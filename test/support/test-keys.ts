import { join } from 'node:path';
import { readKey } from 'openpgp';
import { openSqliteOtpStore } from '../../src/adapters/storage/sqlite/otp-store.ts';
import { CURRENT_ALGORITHMS } from '../../src/codecs/jose/algorithms.ts';
import { JweCodec } from '../../src/codecs/jose/codec.ts';
import { generateJwks } from '../../src/codecs/jose/jwk-generate.ts';
import { readJwkKeyRing } from '../../src/codecs/jose/jwk-keys.ts';
import { PgpCodec } from '../../src/codecs/openpgp/codec.ts';
import { generatePgpKey } from '../../src/codecs/openpgp/generate.ts';
import { readPgpKeyRing } from '../../src/codecs/openpgp/keys.ts';
import type { PayloadCodec } from '../../src/ports/payload-codec.ts';
import { onceARun } from './once-a-run.ts';

export type SealingKind = 'pgp' | 'jwe';

/** A key pair, each half as it is written into a file. */
export interface TestKey {
  readonly private: string;
  readonly public: string;
}

const clock = {
  nowMs: () => Date.now(),
  steadyMs: () => Date.now(),
  after: () => () => undefined,
};

const asked = { pgp: 0, jwe: 0 };

/**
 * Keys as the command line makes them, for whoever: an OpenPGP key, or a JWK set to sign and to decrypt with. Another one
 * at each call in a process; other processes of the run have the same.
 */
export async function makeKey(kind: SealingKind, validityDays = 365): Promise<TestKey> {
  asked[kind] += 1;
  const name = `${kind}-${validityDays}-${asked[kind]}.json`;
  return JSON.parse(await onceARun(name, async () => JSON.stringify(await generate(kind, validityDays))));
}

async function generate(kind: SealingKind, validityDays: number): Promise<TestKey> {
  const order = { nowMs: Date.now(), validityDays };
  if (kind === 'pgp') {
    const { privateKey, publicKey } = await generatePgpKey({ ...order, name: 'Test' });
    return { private: privateKey.reveal(), public: publicKey };
  }
  const { privateSet, publicSet } = await generateJwks({ ...order, purposes: ['sign', 'decrypt'] });
  return { private: privateSet.reveal(), public: publicSet };
}

/** Makes a store whose server has seen the key revoked. */
export async function storeThatRevokes(dataDirectory: string, key: TestKey): Promise<void> {
  const store = openSqliteOtpStore({ file: join(dataDirectory, 'otp.sqlite'), environment: 'sandbox' });
  await store.keepRevokedKeys([(await readKey({ armoredKey: key.public })).getFingerprint()]);
  await store.close();
}

/** The settings of one kind of body; `retired`, the keys that are not wanted any more. */
export function sealingSettings(
  ours: readonly TestKey[],
  google: readonly TestKey[],
  retired: readonly TestKey[] = [],
) {
  const retiresAt = (key: TestKey) => retired.includes(key) && { retiresAt: new Date().toISOString() };
  return {
    ours: ours.map((key) => ({ key: { value: key.private }, ...retiresAt(key) })),
    google: google.map((key) => ({ key: { value: key.public }, ...retiresAt(key) })),
  };
}

/** Of a JWK set only the key to decrypt with; an OpenPGP key as it is. */
export function onlyDecrypting(key: TestKey): TestKey {
  if (!key.private.startsWith('{')) return key;
  const pick = (text: string) => {
    const { keys } = JSON.parse(text) as { readonly keys: readonly { readonly use: string }[] };
    return JSON.stringify({ keys: keys.filter(({ use }) => use === 'enc') });
  };
  return { private: pick(key.private), public: pick(key.public) };
}

/** Whose keys a caller uses: its own, and those of the integrator it calls. */
export interface CallerKeys {
  readonly ours: readonly TestKey[];
  readonly google: readonly TestKey[];
}

/** Google's side of a codec, the keys of which can be replaced. */
export interface GoogleCodec extends PayloadCodec {
  replaceKeys(keys: CallerKeys): Promise<void>;
}

/** Seals to `integrator`, signs with `google`, and opens what comes back. */
export function startGoogleCodec(
  kind: SealingKind,
  google: TestKey,
  integrator: TestKey,
): Promise<GoogleCodec> {
  const keys = { ours: [google], google: [integrator] };
  return kind === 'pgp' ? startPgp(keys) : startJwe(keys);
}

const options = { clock, threads: 1, waitingMax: 1000 };

async function startPgp(keys: CallerKeys): Promise<GoogleCodec> {
  const read = (replaced: CallerKeys) =>
    readPgpKeyRing({ ...sourcesOf(replaced), graceMs: 0, nowMs: Date.now() });
  const codec = await PgpCodec.start({ ...options, ring: await read(keys) });
  return Object.assign(codec, {
    replaceKeys: async (replaced: CallerKeys) => codec.replaceRing(await read(replaced)),
  });
}

async function startJwe(keys: CallerKeys): Promise<GoogleCodec> {
  const allowed = CURRENT_ALGORITHMS;
  const purposes = ['decrypt', 'sign', 'verify', 'encrypt'] as const;
  const read = (replaced: CallerKeys) =>
    readJwkKeyRing({ ...sourcesOf(replaced), allowed, purposes, graceMs: 0, nowMs: Date.now() });
  const { contentEncryption } = allowed;
  const rules = {
    seal: 'jwe+jws',
    contentEncryption,
    compressed: false,
    issuedAt: false,
    wrapped: false,
  } as const;
  const codec = await JweCodec.start({ ...options, rules, ring: await read(keys) });
  return Object.assign(codec, {
    replaceKeys: async (replaced: CallerKeys) => codec.replaceRing(await read(replaced)),
  });
}

function sourcesOf({ ours, google }: CallerKeys) {
  return {
    ours: ours.map((key) => ({ name: 'google', bytes: Buffer.from(key.private) })),
    google: google.map((key) => ({ name: 'integrator', bytes: Buffer.from(key.public) })),
  };
}
