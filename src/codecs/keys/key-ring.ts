import type { KeyObject } from 'node:crypto';
import { DAY_MS } from '../../ports/clock.ts';

/** What a key is for. Ours: `decrypt` and `sign`. Google's: `verify` and `encrypt`. */
export const KEY_PURPOSES = ['decrypt', 'sign', 'verify', 'encrypt'] as const;

export type KeyPurpose = (typeof KEY_PURPOSES)[number];

/**
 * Follows from the key's times, so a rotation can be planned ahead and needs no second hand at midnight.
 * - `pending`: before `notBeforeMs`; not used.
 * - `active`: used for everything.
 * - `retiring`: retired or expired less than the grace ago; used on receipt only. [OQ-26]
 * - `retired`: not used.
 */
export type KeyState = 'pending' | 'active' | 'retiring' | 'retired';

/** One key for one purpose, whether it came from an OpenPGP certificate or from a JWK. */
export interface RingKey {
  readonly purpose: KeyPurpose;
  /** What messages call it: OpenPGP key id (16 lower-case hexadecimal digits) or JWK `kid`. */
  readonly keyId: string;
  /** Tells keys apart for certain: OpenPGP fingerprint or JWK thumbprint. */
  readonly fingerprint: string;
  readonly key: KeyObject;
  /** Wall clock. */
  readonly notBeforeMs: number;
  /** When an operator takes it out of use, ahead of its expiry; `undefined`: not planned. */
  readonly retiresAtMs: number | undefined;
  /** `undefined`: never, which is allowed for Google's keys only. [ENC-5] */
  readonly expiresAtMs: number | undefined;
  /** What it was made for, if it says so: no key serves both. [ENV-1] */
  readonly environment?: KeyEnvironment | undefined;
  /** Name of the source it came from. */
  readonly source?: string | undefined;
}

/** A key of Google's that isn't used. It never takes those beside it down. [OQ-79] */
export interface PassedOverKey {
  /** Name of the source it came from. */
  readonly source: string | undefined;
  /** Which one, as a sentence about it begins. */
  readonly key: string;
  /** Why, as the sentence goes on. */
  readonly reason: string;
  /** `leaked`: it is private. `unread`: nothing is known of it. `stray`: a revocation of a key that isn't there. */
  readonly fault?: 'leaked' | 'unread' | 'stray' | undefined;
}

/** What is passed over, each as a sentence. */
export function sentencesOf(passedOver: readonly PassedOverKey[]): readonly string[] {
  return passedOver.map(({ key, reason }) => `${key} ${reason}`);
}

export type KeyEnvironment = 'sandbox' | 'production';

/** A key that is about to expire, or has, while it is still wanted. */
export interface KeyWarning {
  readonly purpose: KeyPurpose;
  readonly keyId: string;
  readonly expiresAtMs: number;
  /** The narrowest threshold that was passed; 0: it has expired. */
  readonly withinDays: 60 | 30 | 7 | 0;
}

export interface KeyRingRules {
  /** Each of these must have a key that can be used now. */
  readonly purposes: readonly KeyPurpose[];
  /** How long a key is still good on receipt after its end, ≥ 0. [OQ-26] */
  readonly graceMs: number;
  readonly nowMs: number;
  /** Keys made for the other one aren't used; `undefined`: they are. [ENV-1] */
  readonly environment?: KeyEnvironment | undefined;
}

/** The keys offered don't make a ring; the one in force stays. The message names keys by id only. */
export class KeyRingError extends Error {
  override readonly name: string = 'KeyRingError';
  /** Name of the source that is at fault; `undefined`: none by itself. */
  readonly source: string | undefined;

  constructor(
    message: string,
    { source, cause }: { readonly source?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.source = source;
  }
}

/** A private key came in the place of Google's public one: whoever it belongs to has to be told. */
export class LeakedKey extends KeyRingError {
  override readonly name = 'LeakedKey';
}

/** The key is revoked: it is not for use, but its revocation has to be kept. */
export class RevokedKey extends KeyRingError {
  override readonly name = 'RevokedKey';
  /** As it is to be kept. */
  readonly text: string;
  readonly fingerprint: string;

  constructor(message: string, text: string, fingerprint: string) {
    super(message);
    this.text = text;
    this.fingerprint = fingerprint;
  }
}

const WARNING_DAYS = [7, 30, 60] as const;

/**
 * All keys of one codec, ours and Google's, several at a time for each purpose. [ENC-2, PGP-1, PGP-2, JWE-4]
 * It never changes: keys are replaced by giving the codec another ring, so no message sees half of each.
 */
export class KeyRing<Key extends RingKey = RingKey> {
  readonly keys: readonly Key[];
  readonly graceMs: number;
  /** What Google's sources hold beside them. */
  readonly passedOver: readonly PassedOverKey[];

  /** Takes the keys as they are; `createKeyRing` also checks them. */
  constructor(keys: readonly Key[], graceMs: number, passedOver: readonly PassedOverKey[] = []) {
    this.keys = keys;
    this.graceMs = graceMs;
    this.passedOver = passedOver;
  }

  /** The state of one of its keys. */
  state(key: Key, nowMs: number): KeyState {
    const retiresAtMs = key.retiresAtMs ?? Number.POSITIVE_INFINITY;
    const expiresAtMs = key.expiresAtMs ?? Number.POSITIVE_INFINITY;
    const endsAtMs = Math.min(retiresAtMs, expiresAtMs);
    if (nowMs < key.notBeforeMs) return 'pending';
    if (nowMs < endsAtMs) return 'active';
    // A late message to a key of ours may still be read. A signature by an expired key never counts. [ECHO-4]
    if (key.purpose === 'decrypt' && nowMs < endsAtMs + this.graceMs) return 'retiring';
    if (key.purpose === 'verify' && nowMs < Math.min(retiresAtMs + this.graceMs, expiresAtMs))
      return 'retiring';
    return 'retired';
  }

  /** The keys to use for a purpose, in the order in which they were given: active ones, on receipt retiring ones too. */
  usable(purpose: KeyPurpose, nowMs: number): readonly Key[] {
    return this.keys.filter((key) => {
      if (key.purpose !== purpose) return false;
      const state = this.state(key, nowMs);
      return state === 'active' || state === 'retiring';
    });
  }

  /** Keys that expire within 60, 30 or 7 days or have expired, the most urgent first. None that was retired on purpose. */
  warnings(nowMs: number): readonly KeyWarning[] {
    const warnings: KeyWarning[] = [];
    for (const { purpose, keyId, expiresAtMs, retiresAtMs } of this.keys) {
      if (expiresAtMs === undefined) continue;
      if (retiresAtMs !== undefined && nowMs >= retiresAtMs) continue;
      const leftMs = expiresAtMs - nowMs;
      const withinDays = leftMs <= 0 ? 0 : WARNING_DAYS.find((days) => leftMs <= days * DAY_MS);
      if (withinDays !== undefined) warnings.push({ purpose, keyId, expiresAtMs, withinDays });
    }
    return warnings.sort((a, b) => a.expiresAtMs - b.expiresAtMs);
  }
}

/**
 * Makes a ring of keys that together can do what the rules ask. Throws `KeyRingError` if a purpose has no usable key, or
 * if one of ours is given twice, never expires or was made for the other environment; such a key of Google's is passed
 * over. Keys that are pending, retiring or retired may be among them.
 */
export function createKeyRing<Key extends RingKey>(
  keys: readonly Key[],
  rules: KeyRingRules,
  passedOver: readonly PassedOverKey[] = [],
): KeyRing<Key> {
  if (!(rules.graceMs >= 0)) throw new KeyRingError('the grace for retiring keys must be 0 or more');
  checkOurs(keys.filter(isOurs), rules);
  const foreign = keys.filter((key) => !isOurs(key) && isForeign(key, rules));
  const ring = new KeyRing(
    keys.filter((key) => !foreign.includes(key)),
    rules.graceMs,
    [...passedOver, ...foreign.map(passedOverAsForeign)],
  );
  for (const purpose of rules.purposes) {
    if (ring.usable(purpose, rules.nowMs).length > 0) continue;
    const states = ring.keys
      .filter((key) => key.purpose === purpose)
      .map((key) => `${key.keyId} is ${ring.state(key, rules.nowMs)}`);
    const beside = sentencesOf(ring.passedOver);
    const googles = purpose === 'verify' || purpose === 'encrypt';
    throw new KeyRingError(
      [
        `no key to ${purpose} with: ${states.join(', ') || 'none was given'}`,
        ...(googles && beside.length > 0 ? [`passed over: ${beside.join('; ')}`] : []),
      ].join('; '),
    );
  }
  return ring;
}

const isOurs = ({ purpose }: RingKey) => purpose === 'decrypt' || purpose === 'sign';

function checkOurs(keys: readonly RingKey[], rules: KeyRingRules): void {
  const seen = new Set<string>();
  for (const key of keys) {
    const { purpose, keyId, fingerprint, expiresAtMs, source } = key;
    const identity = `${purpose} ${fingerprint}`;
    if (seen.has(identity)) throw new KeyRingError(`key ${keyId} is given twice to ${purpose}`, { source });
    seen.add(identity);
    if (expiresAtMs === undefined)
      throw new KeyRingError(`key ${keyId} of ours has no expiry; it needs one, two years ahead at most`, {
        source,
      });
    if (isForeign(key, rules)) throw new KeyRingError(`key ${keyId} ${madeFor(key)}`, { source });
  }
}

function isForeign(key: RingKey, { environment }: KeyRingRules): boolean {
  return environment !== undefined && key.environment !== undefined && key.environment !== environment;
}

function passedOverAsForeign(key: RingKey): PassedOverKey {
  return { source: key.source, key: `key ${key.keyId}`, reason: madeFor(key) };
}

const madeFor = ({ environment }: RingKey) =>
  `was made for the ${environment} profile; no key serves both, so make another: gsp-otp keys generate --help [ENV-1]`;
