import { type AllowedAlgorithms, RSA1_5_CONTENTS } from '../codecs/jose/algorithms.ts';
import type { KeyFormat } from '../codecs/key-format.ts';
import { loadKeyFormat } from '../codecs/key-formats.ts';
import { type KeyKind, keyKinds } from '../codecs/keys/key-kind.ts';
import { type KeyRing, KeyRingError } from '../codecs/keys/key-ring.ts';
import type { KeyHolder, KeySource, KeySources } from '../codecs/keys/key-source.ts';
import { ConfigError } from '../config/faults.ts';
import { placeOf } from '../config/places.ts';
import type { Secret } from '../ports/secret.ts';
import type { Settings } from '../settings/settings.ts';

/** The settings that keys depend on. */
export type KeySettings = Pick<Settings, 'profile' | 'payload'>;

/** The keys of each kind of body; `undefined`: bodies of that kind are not opened. */
export type KeyRings = { readonly [Kind in KeyKind]?: KeyRing | undefined };

/** One entry of a list of keys, as the configuration writes it. */
export interface KeyEntry {
  readonly key: Secret;
  readonly passphrase?: Secret | undefined;
  readonly notBefore?: string | undefined;
  readonly retiresAt?: string | undefined;
  readonly expiresAt?: string | undefined;
}

/** An entry, and where it stands. */
export interface PlacedEntry {
  readonly entry: KeyEntry;
  readonly kind: KeyKind;
  readonly holder: KeyHolder;
  /** Such as `payload.pgp.ours.0`. */
  readonly setting: string;
  /** Where its key is kept, as the configuration writes it. */
  readonly place: string;
  readonly source: KeySource;
}

/**
 * Reads and checks all keys that the settings name. Throws `ConfigError` if they can't be used as they are. Keys of
 * Google's among `revoked` are revoked whatever their files say; those that are found revoked are added to it.
 */
export async function readKeyRings(
  settings: KeySettings,
  nowMs: number,
  revoked?: Set<string>,
): Promise<KeyRings> {
  const rings: { [Kind in KeyKind]?: KeyRing } = {};
  for (const kind of keyKinds) {
    if (!settings.payload[kind]) continue;
    const format = await formatOf(kind, settings.payload);
    const entries = entriesOf(kind, settings.payload);
    rings[kind] = await readEntries(format, entries, { settings, nowMs, revoked }).catch((error: unknown) => {
      throw error instanceof KeyRingError ? unusable(error, entries, settings.payload[kind]) : error;
    });
  }
  return rings;
}

/** At the entry that is at fault, or else at the lists together. */
function unusable(
  { message: reason, source }: KeyRingError,
  entries: readonly PlacedEntry[],
  lists: object = entries,
): ConfigError {
  const accepted = 'keys that `gsp-otp keys check` passes';
  const placed = entries.find(({ source: { name } }) => name === source);
  return new ConfigError([{ ...placeOf(placed?.entry ?? lists), reason, accepted }]);
}

/** A kind of body, on the terms of the settings. */
export function formatOf(kind: KeyKind, { pgp, jwe }: KeySettings['payload']): Promise<KeyFormat> {
  return loadKeyFormat(kind, { pgp: pgp && { armored: pgp.armor }, jwe: jwe && joseTermsOf(jwe) });
}

type JweSettings = NonNullable<KeySettings['payload']['jwe']>;

function joseTermsOf(jwe: JweSettings) {
  return {
    allowed: allowedAlgorithms(jwe),
    seal: jwe.seal,
    compressed: jwe.olderEdition,
    issuedAt: jwe.issuedAt,
    wrapped: jwe.base64url,
  };
}

/** The older edition's algorithms come after all others. [JWE-3] */
function allowedAlgorithms(
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

/** In messages an entry is called by its setting, and by where its key is kept. */
export function entriesOf(kind: KeyKind, payload: KeySettings['payload']): readonly PlacedEntry[] {
  return (['ours', 'google'] as const).flatMap((holder) =>
    (payload[kind]?.[holder] ?? []).map((entry: KeyEntry, index) => {
      const setting = `payload.${kind}.${holder}.${index}`;
      return { kind, holder, entry, setting, place: String(entry.key), source: sourceOf(setting, entry) };
    }),
  );
}

function sourceOf(setting: string, entry: KeyEntry): KeySource {
  return {
    name: `${setting} ${entry.key}`,
    bytes: Buffer.from(entry.key.reveal(), 'utf8'),
    passphrase: entry.passphrase,
    notBeforeMs: momentMs(entry.notBefore),
    retiresAtMs: momentMs(entry.retiresAt),
    expiresAtMs: momentMs(entry.expiresAt),
  };
}

export interface ReadingTerms extends Pick<KeySources, 'purposes' | 'nowMs' | 'revoked'> {
  readonly settings: KeySettings;
}

/** The ring of some entries of one kind. Throws `KeyRingError`. */
export async function readEntries(
  format: KeyFormat,
  entries: readonly PlacedEntry[],
  { settings, ...terms }: ReadingTerms,
): Promise<KeyRing> {
  const sources = (wanted: KeyHolder) =>
    entries.filter(({ holder }) => holder === wanted).map(({ source }) => source);
  const ours = sources('ours');
  const { graceMs } = settings.payload;
  const rules = { ...terms, graceMs, environment: settings.profile };
  return format.readRing({ ours, google: sources('google'), ...rules }).finally(() => {
    // The copies of our keys that were made for reading them.
    for (const { bytes } of ours) bytes.fill(0);
  });
}

function momentMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}
