import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CURRENT_ALGORITHMS } from '../../codecs/jose/algorithms.ts';
import { isJwk, isPrivateJwk, parseJwks } from '../../codecs/jose/jwk.ts';
import { LEAKED } from '../../codecs/jose/jwk-key-object.ts';
import { readJwkKeyRing } from '../../codecs/jose/jwk-keys.ts';
import { type KeyRing, KeyRingError, type RingKey } from '../../codecs/keys/key-ring.ts';
import { gatherPublicKeys } from '../../codecs/openpgp/export.ts';
import { readPgpKeyRing } from '../../codecs/openpgp/keys.ts';
import { makePrivateFolder } from '../../ports/private-folder.ts';
import { sentencesOf } from '../../wiring/keys.ts';
import { dayOf, type KeyKind, kindOf, readKeyBytes, shortened } from './files.ts';

export interface PeerKey {
  readonly kind: KeyKind;
  /** As it is to be kept: armored, or JSON. */
  readonly text: string;
  /** At least one. */
  readonly keys: readonly RingKey[];
  /** OpenPGP: of each whole key. JWK: of each. */
  readonly fingerprints: readonly string[];
  /** What of the file is passed over, each as a sentence. [OQ-79] */
  readonly passedOver: readonly string[];
  /** Which settings have to be other than their defaults for some of the keys to be used, each as a sentence. */
  readonly needs: readonly string[];
}

/** The key is revoked: it is not for use, but its revocation has to be kept. */
export class RevokedKey extends KeyRingError {
  /** Armored. */
  readonly text: string;
  readonly fingerprint: string;

  constructor(message: string, text: string, fingerprint: string) {
    super(message);
    this.text = text;
    this.fingerprint = fingerprint;
  }
}

/**
 * Reads public keys of Google's and checks them as the server will, with what is known from `directory` of the same keys:
 * a revocation that came once is not undone by an older copy. Throws `UnusableKey` if the server could use none of it, or
 * if a private key is in it, and `RevokedKey`.
 */
export async function readPeerKey(file: string, directory: string, nowMs: number): Promise<PeerKey> {
  const bytes = readKeyBytes(file);
  const kind = kindOf(bytes);
  const read =
    kind === 'pgp' ? await readPgp(file, bytes, directory, nowMs) : await readJwks(file, bytes, nowMs);
  checkUsable(read.ring, nowMs);
  const { keys } = read.ring;
  return { kind, keys, passedOver: sentencesOf(read.ring.passedOver), ...read };
}

async function readPgp(file: string, bytes: Buffer, directory: string, nowMs: number) {
  const rules = { own: [], purposes: [], graceMs: 0, nowMs };
  const asTheyCame = await readPgpKeyRing({ ...rules, peer: [{ name: file, bytes }] });
  refuseLeaked(asTheyCame);
  const { text, revoked } = await gatherPublicKeys(bytes, keptCopies(directory), nowMs);
  const [fingerprint] = revoked;
  if (text === '') return { ring: asTheyCame, text, fingerprints: [], needs: [] };
  const ring = await readPgpKeyRing({ ...rules, peer: [{ name: file, bytes: Buffer.from(text) }] });
  if (ring.keys.length === 0 && fingerprint !== undefined)
    throw new RevokedKey(sentencesOf(ring.passedOver).join('; '), text, fingerprint);
  const fingerprints = [...new Set(ring.keys.map(({ certificate }) => certificate))];
  // What couldn't be read isn't in the text any more, but is to be named.
  const unread = asTheyCame.passedOver.filter(
    ({ key }) => !ring.passedOver.some((other) => other.key === key),
  );
  const named = unread.filter(({ reason }) =>
    (revoked.length > 0 ? /^is damaged/ : /^is (damaged|no revocation)/).test(reason),
  );
  const whole = { keys: ring.keys, passedOver: [...named, ...ring.passedOver] };
  return { ring: whole, text, fingerprints, needs: [] };
}

async function readJwks(file: string, bytes: Buffer, nowMs: number) {
  const peer = [{ name: file, bytes }];
  const rules = { own: [], peer, purposes: [], graceMs: 0, nowMs };
  const all = {
    keyManagement: ['RSA-OAEP-256', 'RSA-OAEP', 'RSA1_5'],
    contentEncryption: [],
    signing: ['RS256', 'PS256', 'ES256'],
  } as const;
  const ring = await readJwkKeyRing({ ...rules, allowed: all });
  if (parseJwks(bytes)?.some((jwk) => isJwk(jwk) && isPrivateJwk(jwk)))
    throw new KeyRingError(`${file} ${LEAKED}`);
  const byDefault = await readJwkKeyRing({ ...rules, allowed: CURRENT_ALGORITHMS });
  const needs = ring.keys
    .filter(
      ({ purpose, keyId }) => !byDefault.keys.some((key) => key.purpose === purpose && key.keyId === keyId),
    )
    .map(({ keyId, algorithms: [algorithm] }) =>
      algorithm === 'RSA1_5'
        ? `${keyId} is used with payload.jwe.olderEdition: true only`
        : `${keyId} is used only if payload.jwe.keyManagement names ${algorithm}`,
    );
  const text = new TextDecoder().decode(bytes);
  return { ring, text, fingerprints: ring.keys.map(({ fingerprint }) => fingerprint), needs };
}

/** Nothing of a file is kept in which somebody sent a private key: whoever sent it has to be told. */
function refuseLeaked({ passedOver }: KeyRing): void {
  const leaked = passedOver.filter(({ reason }) => reason.startsWith('is a private key'));
  if (leaked.length > 0) throw new KeyRingError(sentencesOf(leaked).join('; '));
}

/** As the server will: of each purpose that the file has keys for there must be one that is good now or will be. */
function checkUsable({ keys, passedOver }: Pick<KeyRing, 'keys' | 'passedOver'>, nowMs: number): void {
  if (keys.length === 0) throw new KeyRingError(sentencesOf(passedOver).join('; '));
  for (const purpose of new Set(keys.map((key) => key.purpose))) {
    const those = keys.filter((key) => key.purpose === purpose);
    if (those.some(({ expiresAtMs = Number.POSITIVE_INFINITY }) => expiresAtMs > nowMs)) continue;
    const states = those.map(
      ({ keyId, expiresAtMs = 0 }) =>
        `${keyId} expired on ${new Date(expiresAtMs).toISOString().slice(0, 10)}`,
    );
    throw new KeyRingError(`no key to ${purpose} with: ${states.join(', ')}`);
  }
}

export interface StoredKey {
  readonly file: string;
  /** Whether the very same was kept there before. */
  readonly wasKept: boolean;
}

/** Keeps keys of Google's in a file of their own, unless one of the directory holds them already. Never overwrites. */
export function storePeerKey(
  { kind, text, fingerprints }: Pick<PeerKey, 'kind' | 'text' | 'fingerprints'>,
  directory: string,
  nowMs: number,
): StoredKey {
  return store(
    kind,
    text,
    `-${shortened(fingerprints[0] ?? '')}.${kind === 'pgp' ? 'asc' : 'json'}`,
    directory,
    nowMs,
  );
}

/** Keeps a revocation, so that no older copy of the key is taken again. */
export function storeRevocation(
  { text, fingerprint }: RevokedKey,
  directory: string,
  nowMs: number,
): StoredKey {
  return store('pgp', text, `-${shortened(fingerprint)}.revoked.asc`, directory, nowMs);
}

function store(kind: KeyKind, text: string, end: string, directory: string, nowMs: number): StoredKey {
  makePrivateFolder(directory);
  const folder = resolve(directory);
  const begin = `google-${kind}-`;
  const kept = readdirSync(folder)
    .filter((name) => name.startsWith(begin) && name.endsWith(end))
    .map((name) => join(folder, name))
    .find((file) => bytesOf(file)?.toString('utf8') === text);
  if (kept !== undefined) return { file: kept, wasKept: true };
  return { file: writeNew(`${join(folder, begin)}${dayOf(nowMs)}`, end, text), wasKept: false };
}

/** A key may come more than once a day, each time with something new: with another beside it, a subkey, a later end. */
function writeNew(begin: string, end: string, text: string): string {
  for (let number = 1; ; number += 1) {
    const file = number === 1 ? `${begin}${end}` : `${begin}-${number}${end}`;
    try {
      writeFileSync(file, text, { mode: 0o644, flag: 'wx' });
      return file;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}

/** `undefined`: it isn't a file with a key. */
function bytesOf(file: string): Buffer | undefined {
  try {
    return readKeyBytes(file);
  } catch {
    return undefined;
  }
}

/** OpenPGP keys of Google's that were imported before. What isn't one any more is passed over. */
function keptCopies(directory: string): readonly Buffer[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => /^google-pgp-.*\.asc$/.test(name))
    .flatMap((name) => bytesOf(join(directory, name)) ?? []);
}
