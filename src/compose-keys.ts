import { type AllowedAlgorithms, RSA1_5_CONTENT } from './codecs/jose-algorithms.ts';
import type { JoseKey } from './codecs/jose-key.ts';
import { readJwkKeyRing } from './codecs/jwk-keys.ts';
import { type KeyRing, KeyRingError, type RingKey } from './codecs/key-ring.ts';
import type { PgpKey } from './codecs/pgp-key.ts';
import { readPgpKeyRing } from './codecs/pgp-keys.ts';
import { ConfigError } from './config/faults.ts';
import type { Settings } from './config/settings.ts';
import type { Secret } from './ports/secret.ts';

/** The settings that keys depend on. */
export type KeySettings = Pick<Settings, 'profile' | 'payload'>;

/** The keys of each kind of body; `undefined`: bodies of that kind are not opened. */
export type KeyRings = {
  readonly pgp: KeyRing<PgpKey> | undefined;
  readonly jwe: KeyRing<JoseKey> | undefined;
};

/** Reads and checks all keys that the settings name. Throws `ConfigError` if they can't be used as they are. */
export async function readKeyRings(settings: KeySettings, nowMs: number): Promise<KeyRings> {
  return {
    pgp: await checked('payload.pgp', settings, () => readPgp(settings, nowMs)),
    jwe: await checked('payload.jwe', settings, () => readJwe(settings, nowMs)),
  };
}

/** The older edition's algorithms come after all others. [JWE-3] */
export function allowedAlgorithms(
  jwe: Pick<JweSettings, 'keyManagement' | 'contentEncryption' | 'signing' | 'olderEdition'>,
): AllowedAlgorithms {
  const { keyManagement, contentEncryption, signing, olderEdition } = jwe;
  if (!olderEdition) return { keyManagement, contentEncryption, signing };
  return {
    keyManagement: [...keyManagement, 'RSA1_5'],
    contentEncryption: [...new Set([...contentEncryption, RSA1_5_CONTENT])],
    signing,
  };
}

type JweSettings = NonNullable<KeySettings['payload']['jwe']>;

async function readPgp(
  { payload: { pgp, graceMs } }: KeySettings,
  nowMs: number,
): Promise<KeyRing<PgpKey> | undefined> {
  if (!pgp) return undefined;
  return readPgpKeyRing({
    own: pgp.ours.map((entry, index) => ({
      ...sourceOf(entry, `payload.pgp.ours.${index}`),
      passphrase: entry.passphrase,
    })),
    peer: pgp.google.map((entry, index) => sourceOf(entry, `payload.pgp.google.${index}`)),
    graceMs,
    nowMs,
  });
}

async function readJwe(
  { payload: { jwe, graceMs } }: KeySettings,
  nowMs: number,
): Promise<KeyRing<JoseKey> | undefined> {
  if (!jwe) return undefined;
  return readJwkKeyRing({
    own: jwe.ours.map((entry, index) => ({
      ...sourceOf(entry, `payload.jwe.ours.${index}`),
      expiresAtMs: momentMs(entry.expiresAt),
    })),
    peer: jwe.google.map((entry, index) => sourceOf(entry, `payload.jwe.google.${index}`)),
    allowed: allowedAlgorithms(jwe),
    purposes: jwe.profile === 'jwe' ? ['decrypt', 'encrypt'] : ['decrypt', 'sign', 'verify', 'encrypt'],
    graceMs,
    nowMs,
  });
}

interface KeyEntry {
  readonly key: Secret;
  readonly notBefore?: string;
  readonly retiresAt?: string;
}

/** An entry is called by its setting, and by where its key is kept. */
function sourceOf({ key, notBefore, retiresAt }: KeyEntry, path: string) {
  return {
    name: `${path} ${key}`,
    bytes: Buffer.from(key.reveal(), 'utf8'),
    notBeforeMs: momentMs(notBefore),
    retiresAtMs: momentMs(retiresAt),
  };
}

function momentMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

async function checked<Key extends RingKey>(
  path: string,
  { profile }: KeySettings,
  read: () => Promise<KeyRing<Key> | undefined>,
): Promise<KeyRing<Key> | undefined> {
  const origin = { kind: 'default' } as const;
  const fail = (reason: string, accepted: string) => new ConfigError([{ path, reason, accepted, origin }]);
  const ring = await read().catch((error: unknown) => {
    throw error instanceof KeyRingError
      ? fail(error.message, 'keys that `gsp-otp keys check` passes')
      : error;
  });
  for (const { keyId, environment } of ring?.keys ?? []) {
    if (environment === undefined || environment === profile) continue;
    const reason = `key ${keyId} was made for the ${environment} profile; no key serves both [ENV-1]`;
    throw fail(reason, `a key of its own for ${profile}: gsp-otp keys generate --help`);
  }
  return ring;
}
