import { type AllowedAlgorithms, RSA1_5_CONTENTS } from '../codecs/jose/algorithms.ts';
import type { JoseKey } from '../codecs/jose/key.ts';
import { type KeyPurpose, type KeyRing, KeyRingError, type RingKey } from '../codecs/keys/key-ring.ts';
import type { PgpKey } from '../codecs/openpgp/key.ts';
import { ConfigError } from '../config/faults.ts';
import type { Secret } from '../ports/secret.ts';
import type { Settings } from '../settings/settings.ts';

/** The settings that keys depend on. */
export type KeySettings = Pick<Settings, 'profile' | 'payload'>;

/** The keys of each kind of body; `undefined`: bodies of that kind are not opened. */
export type KeyRings = {
  readonly pgp: KeyRing<PgpKey> | undefined;
  readonly jwe: KeyRing<JoseKey> | undefined;
};

/**
 * Reads and checks all keys that the settings name. Throws `ConfigError` if they can't be used as they are. Keys of
 * Google's among `revoked` are revoked whatever their files say; those that are found revoked are added to it.
 */
export async function readKeyRings(
  settings: KeySettings,
  nowMs: number,
  revoked?: Set<string>,
): Promise<KeyRings> {
  const { pgp, jwe } = settings.payload;
  const signing = ['decrypt', 'sign', 'verify', 'encrypt'] as const;
  const jwePurposes = jwe?.seal === 'jwe' ? (['decrypt', 'encrypt'] as const) : signing;
  const terms = { settings, nowMs, revoked };
  return {
    pgp: pgp && (await checked('payload.pgp', readPgp(entriesOf('pgp', pgp), signing, terms))),
    jwe: jwe && (await checked('payload.jwe', readJwe(entriesOf('jwe', jwe), jwePurposes, terms))),
  };
}

/** One entry of a list of keys. */
export interface KeyEntry {
  readonly kind: 'pgp' | 'jwe';
  readonly owner: 'ours' | 'google';
  /** Such as `payload.pgp.ours.0`. */
  readonly setting: string;
  /** As the configuration writes it. */
  readonly place: string;
}

/** What is passed over, each as a sentence. */
export function sentencesOf(passedOver: KeyRing['passedOver']): readonly string[] {
  return passedOver.map(({ key, reason }) => `${key} ${reason}`);
}

/** The older edition's algorithms come after all others. [JWE-3] */
export function allowedAlgorithms(
  jwe: Pick<JweSettings, 'keyManagement' | 'contentEncryption' | 'signing' | 'olderEdition'>,
): AllowedAlgorithms {
  const { keyManagement, contentEncryption, signing, olderEdition } = jwe;
  if (!olderEdition) return { keyManagement, contentEncryption, signing };
  return {
    keyManagement: [...keyManagement, 'RSA1_5'],
    contentEncryption: [...new Set([...contentEncryption, ...RSA1_5_CONTENTS])],
    signing,
  };
}

type JweSettings = NonNullable<KeySettings['payload']['jwe']>;

interface Written {
  readonly key: Secret;
  readonly passphrase?: Secret;
  readonly notBefore?: string;
  readonly retiresAt?: string;
  readonly expiresAt?: string;
}

/** In messages an entry is called by its setting, and by where its key is kept. */
export function entriesOf(
  kind: KeyEntry['kind'],
  lists: { readonly ours: readonly Written[]; readonly google: readonly Written[] },
) {
  return (['ours', 'google'] as const).flatMap((owner) =>
    lists[owner].map((written, index) => {
      const setting = `payload.${kind}.${owner}.${index}`;
      const source = {
        name: `${setting} ${written.key}`,
        bytes: Buffer.from(written.key.reveal(), 'utf8'),
        passphrase: written.passphrase,
        notBeforeMs: momentMs(written.notBefore),
        retiresAtMs: momentMs(written.retiresAt),
        expiresAtMs: momentMs(written.expiresAt),
      };
      return { kind, owner, setting, place: String(written.key), source };
    }),
  );
}

export type Sourced = ReturnType<typeof entriesOf>;

export interface ReadingTerms {
  readonly settings: KeySettings;
  readonly nowMs: number;
  readonly revoked?: Set<string> | undefined;
}

// The libraries are loaded only where there are keys for them: they take half of a sandbox's start.
export async function readPgp(
  entries: Sourced,
  purposes: readonly KeyPurpose[],
  { settings, nowMs, revoked }: ReadingTerms,
) {
  const { graceMs } = settings.payload;
  const { readPgpKeyRing } = await import('../codecs/openpgp/keys.ts');
  const sources = byOwner(entries);
  const rules = { purposes, graceMs, nowMs, environment: settings.profile, revoked };
  return readPgpKeyRing({ ...sources, ...rules }).finally(() => overwrite(sources));
}

export async function readJwe(
  entries: Sourced,
  purposes: readonly KeyPurpose[],
  { settings, nowMs }: ReadingTerms,
) {
  const { graceMs, jwe } = settings.payload;
  if (!jwe) throw new TypeError('there are no settings for JWE');
  const { readJwkKeyRing } = await import('../codecs/jose/jwk-keys.ts');
  const rules = { allowed: allowedAlgorithms(jwe), purposes, graceMs, nowMs, environment: settings.profile };
  const sources = byOwner(entries);
  return readJwkKeyRing({ ...sources, ...rules }).finally(() => overwrite(sources));
}

/** The copies of our keys that were made for reading them. */
function overwrite({ own }: ReturnType<typeof byOwner>): void {
  for (const { bytes } of own) bytes.fill(0);
}

function byOwner(entries: Sourced) {
  const sources = (wanted: KeyEntry['owner']) =>
    entries.filter(({ owner }) => owner === wanted).map(({ source }) => source);
  return { own: sources('ours'), peer: sources('google') };
}

function momentMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

async function checked<Key extends RingKey>(
  path: string,
  reading: Promise<KeyRing<Key>>,
): Promise<KeyRing<Key>> {
  return reading.catch((error: unknown) => {
    if (!(error instanceof KeyRingError)) throw error;
    const accepted = 'keys that `gsp-otp keys check` passes';
    throw new ConfigError([{ path, reason: error.message, accepted, origin: { kind: 'default' } }]);
  });
}
