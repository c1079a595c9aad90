import { type KeyKind, keyTraits } from '../../codecs/keys/key-kind.ts';
import { DAY_MS } from '../../ports/clock.ts';
import type { Secret } from '../../ports/secret.ts';
import { formatOf, type KeyEntry, type KeySettings } from '../../wiring/keys.ts';
import { type NewKey, type NewKeyOrder, readKeySecret, writeNewKey } from './files.ts';
import { proveNewKey } from './prove-new.ts';
import { RotationRefused } from './rotation-refused.ts';

export type { KeyEntry } from '../../wiring/keys.ts';

export interface RotationOrder extends Omit<NewKeyOrder, 'environment' | 'passphrase'> {
  readonly validityDays: number;
  /** `as-before`: the one that the keys until now have; what is protected must not become unprotected unnoticed. */
  readonly passphrase: Secret | 'as-before' | 'none';
  /** When the new key begins to sign, where answers bear one signature alone. */
  readonly signAfterDays: number;
  /** When the keys until now go out of use. */
  readonly retireAfterDays: number;
}

export interface Rotation {
  readonly key: NewKey;
  readonly passphrase: Secret | undefined;
  /** What `payload.KIND.ours` is to be from now on. */
  readonly entries: readonly KeyEntry[];
  readonly times: RotationTimes;
}

/** When what happens, on the wall clock. */
export interface RotationTimes {
  readonly nowMs: number;
  readonly signFromMs: number;
  readonly retireAtMs: number;
}

/**
 * Makes a successor for the keys of ours and proves it: a call and its answer go through today with what Google knows
 * today, when the new key begins to sign, and when the old one is out of use. Nothing that runs is changed: the settings
 * are the caller's to put in force. Throws `RotationRefused` before anything is made, and `ProofFailed` when no file is
 * left. [ENC-2]
 */
export async function rotateKeys(settings: KeySettings, order: RotationOrder): Promise<Rotation> {
  const { kind } = order;
  const before: readonly KeyEntry[] = settings.payload[kind]?.ours ?? [];
  if (before.length === 0)
    throw new RotationRefused('no-keys', `the configuration names no keys under payload.${kind}`);
  const times = rotationTimes(order, settings.payload.graceMs);
  const passphrase = successorPassphrase(order.passphrase, before);
  const format = await formatOf(kind, settings.payload);
  const key = await writeNewKey({ ...order, passphrase, environment: settings.profile }, format);
  const { retired, added } = entriesAfter(before, key, passphrase, times);
  const entries = [...retired, ...added];
  await proveNewKey(key, withOurs(settings, kind, entries), stagesOf(kind, retired, added, times, settings));
  return { key, passphrase, entries, times };
}

/** The settings with other keys of ours. */
export function withOurs(settings: KeySettings, kind: KeyKind, ours: readonly KeyEntry[]): KeySettings {
  const { payload } = settings;
  return { ...settings, payload: { ...payload, [kind]: { ...payload[kind], ours } } };
}

/** Throws `RotationRefused` where the new key could not take over. */
function rotationTimes(
  order: Pick<RotationOrder, 'kind' | 'signAfterDays' | 'retireAfterDays' | 'validityDays' | 'nowMs'>,
  graceMs: number,
): RotationTimes {
  const { kind, signAfterDays, retireAfterDays, validityDays, nowMs } = order;
  if (!keyTraits[kind].signsWithAll && signAfterDays >= retireAfterDays)
    throw new RotationRefused('signs-too-late', 'the old key would retire before the new one begins to sign');
  const outOfUseAfterDays = retireAfterDays + graceMs / DAY_MS;
  if (validityDays <= outOfUseAfterDays) {
    throw new RotationRefused(
      'expires-too-early',
      'the new key would expire before the old one is out of use, payload.graceMs after it retires',
      Math.floor(outOfUseAfterDays),
    );
  }
  return {
    nowMs,
    signFromMs: nowMs + signAfterDays * DAY_MS,
    retireAtMs: nowMs + retireAfterDays * DAY_MS,
  };
}

/** Throws `RotationRefused` where the keys until now don't agree about it. */
function successorPassphrase(
  wanted: RotationOrder['passphrase'],
  before: readonly KeyEntry[],
): Secret | undefined {
  if (wanted === 'none') return undefined;
  if (wanted !== 'as-before') return wanted;
  const known = before.flatMap(({ passphrase }) => passphrase ?? []);
  if (new Set(known.map((one) => one.reveal())).size > 1)
    throw new RotationRefused('several-passphrases', 'the current keys have different passphrases');
  return known.at(-1);
}

/** An end that an entry has already stands; the new key is used at once, but for a JWK that signs. */
function entriesAfter(
  before: readonly KeyEntry[],
  { privateFiles }: NewKey,
  passphrase: Secret | undefined,
  times: RotationTimes,
) {
  const retired = before.map((entry) => ({ retiresAt: momentOf(times.retireAtMs), ...entry }));
  const added = privateFiles.map(({ file, use }) => ({
    key: readKeySecret(file),
    passphrase,
    notBefore: use === 'sign' ? momentOf(times.signFromMs) : undefined,
  }));
  return { retired, added };
}

/** Google knows the old keys alone today, and the new ones alone from when they sign until the old ones are forgotten. */
function stagesOf(
  kind: KeyKind,
  retired: readonly KeyEntry[],
  added: readonly KeyEntry[],
  times: RotationTimes,
  { payload }: KeySettings,
) {
  const known = added.map(({ key }) => key);
  return [
    { atMs: times.nowMs, known: retired.map(({ key }) => key) },
    // One signature that Google knows is enough, where answers bear those of all keys.
    { atMs: keyTraits[kind].signsWithAll ? times.nowMs : times.signFromMs, known },
    { atMs: times.retireAtMs + payload.graceMs + 1, known },
  ];
}

/** To the second, as the configuration takes it. */
function momentOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
