import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import {
  decryptKey,
  type Key,
  type KeyID,
  type PrivateKey,
  readKey,
  readPrivateKey,
  type Subkey,
  unarmor,
} from 'openpgp';
import type { Secret } from '../ports/secret.ts';
import { EXPONENT_BYTES_MAX, LIFETIME_MAX_MS, RSA_BITS_MAX, RSA_BITS_MIN } from './key-limits.ts';
import {
  createKeyRing,
  type KeyEnvironment,
  type KeyPurpose,
  type KeyRing,
  KeyRingError,
} from './key-ring.ts';
import type { PgpKey } from './pgp-key.ts';
import { privateKeyObject, publicKeyObject } from './pgp-key-object.ts';

/** One OpenPGP certificate as it lies in a file. */
export interface PgpKeySource {
  /** What messages call it, such as the name of its file. */
  readonly name: string;
  /** Armored or binary, one certificate. */
  readonly bytes: Uint8Array;
  /** Wall clock; `undefined`: from its creation on. */
  readonly notBeforeMs?: number | undefined;
  /** Wall clock; `undefined`: not before it expires. */
  readonly retiresAtMs?: number | undefined;
}

/** A private key of ours. `passphrase` is `undefined` where it has none. */
export interface OwnPgpKeySource extends PgpKeySource {
  readonly passphrase?: Secret | undefined;
}

export interface PgpKeySources {
  readonly own: readonly OwnPgpKeySource[];
  readonly peer: readonly PgpKeySource[];
  /** What there must be a usable key for; all four, unless keys are only looked at. */
  readonly purposes?: readonly KeyPurpose[] | undefined;
  /** For how long a key of ours is good on receipt after its end, ≥ 0. [OQ-26] */
  readonly graceMs: number;
  readonly nowMs: number;
}

/**
 * Reads and checks all keys: self-signatures, revocation, usage flags, strength, life. [ENC-5, PGP-7, PGP-8]
 * Expired keys are let in, for the ring to pass over, so that one of them can't keep a server from starting beside its
 * successor. Throws `KeyRingError` for what can't be used, naming the source and what would be accepted.
 */
export async function readPgpKeyRing(sources: PgpKeySources): Promise<KeyRing<PgpKey>> {
  const { own, peer, graceMs, nowMs, purposes = ['decrypt', 'sign', 'verify', 'encrypt'] } = sources;
  const ours = await Promise.all(own.map((source) => readOwnKey(source, nowMs)));
  const theirs = await Promise.all(peer.map((source) => readPeerKey(source, nowMs)));
  return createKeyRing([...ours, ...theirs].flat(), { purposes, graceMs, nowMs });
}

async function readOwnKey(source: OwnPgpKeySource, nowMs: number): Promise<PgpKey[]> {
  const certificate = await unlock(source, await parse(source, readPrivateKey));
  const { signing, encrypting } = await sortKeys(source, certificate);
  const primary = certificate.getFingerprint();
  if (encrypting.some((key) => key.getFingerprint() === primary)) {
    throw refused(source, 'lets its primary key encrypt; it needs a subkey for that, and only that [PGP-7]');
  }
  const overlap = encrypting.find((key) => signing.includes(key));
  if (overlap)
    throw refused(source, `has a key for signing and encrypting, ${idOf(overlap)}; it needs one for each`);
  const signer = await pick(signing, nowMs, (date) => certificate.getSigningKey(undefined, date));
  const describeWith = describer(source, certificate, nowMs);
  const keys = await Promise.all([
    describeWith(signer, 'sign', privateKeyObject),
    ...encrypting.map((key) => describeWith(key, 'decrypt', privateKeyObject)),
  ]);
  for (const { keyId, key, createdAtMs, expiresAtMs } of keys) {
    if (!belongsTogether(key))
      throw refused(source, `has a private key that doesn't fit its public key, ${keyId}`);
    if (expiresAtMs === undefined)
      throw refused(source, `never expires (${keyId}); two years are the most [ENC-5]`);
    if (expiresAtMs - createdAtMs > LIFETIME_MAX_MS) {
      throw refused(source, `lives longer than two years (${keyId}), which are the most [ENC-5]`);
    }
  }
  return keys;
}

async function readPeerKey(source: PgpKeySource, nowMs: number): Promise<PgpKey[]> {
  const certificate = await parse(source, readKey);
  if (certificate.isPrivate())
    throw refused(source, 'is a private key, where the public key of the peer is due');
  const { signing, encrypting } = await sortKeys(source, certificate);
  const recipient = await pick(encrypting, nowMs, (date) => certificate.getEncryptionKey(undefined, date));
  const describeWith = describer(source, certificate, nowMs);
  return Promise.all([
    describeWith(recipient, 'encrypt', publicKeyObject),
    ...signing.map((key) => describeWith(key, 'verify', publicKeyObject)),
  ]);
}

async function parse<T extends Key>(
  source: PgpKeySource,
  read: (options: { binaryKey: Uint8Array }) => Promise<T>,
): Promise<T> {
  try {
    const text = Buffer.from(source.bytes).toString('latin1');
    const armored = text.includes('-----BEGIN PGP ');
    return await read({ binaryKey: armored ? await armoredBytes(text) : source.bytes });
  } catch (cause) {
    throw refused(source, 'is not an OpenPGP key of the kind that is due', cause);
  }
}

async function armoredBytes(text: string): Promise<Uint8Array> {
  const { data } = await unarmor(text);
  if (data instanceof Uint8Array) return data;
  throw new TypeError('armor of a text is read as bytes');
}

async function unlock({ passphrase, ...source }: OwnPgpKeySource, key: PrivateKey): Promise<PrivateKey> {
  if (key.isDecrypted()) return key;
  if (!passphrase) throw refused(source, 'is protected by a passphrase, and none is given');
  try {
    return await decryptKey({ privateKey: key, passphrase: passphrase.reveal() });
  } catch {
    throw refused(source, 'is protected by another passphrase than the one that is given');
  }
}

type AnyKey = Key | Subkey;

/** Which keys of a certificate may sign and which may encrypt, by their flags, whenever that is or was. [PGP-8] */
async function sortKeys(source: PgpKeySource, certificate: Key) {
  checkStrength(source, certificate);
  try {
    // Throws for a revoked key and one without a sound self-signature; expiry is left to the ring.
    await certificate.getSigningKey(undefined, null);
  } catch (cause) {
    throw refused(
      source,
      'has no key that may sign, or is revoked, or its self-signature is not sound',
      cause,
    );
  }
  const signing = await keysFor(certificate, (keyId) => certificate.getSigningKey(keyId, null));
  const encrypting = await keysFor(certificate, (keyId) => certificate.getEncryptionKey(keyId, null));
  if (encrypting.length === 0)
    throw refused(source, 'has no subkey that may encrypt, is strong enough and not revoked [PGP-7]');
  for (const key of [...signing, ...encrypting]) checkStrength(source, key);
  return { signing, encrypting };
}

async function keysFor(certificate: Key, find: (keyId: KeyID) => Promise<AnyKey>): Promise<AnyKey[]> {
  const found = certificate.getKeys().map((key) =>
    find(key.getKeyID()).then(
      () => [key],
      () => [],
    ),
  );
  return (await Promise.all(found)).flat();
}

/** The newest that is good now; else, for a certificate that is to come or is over, the newest. */
async function pick(
  among: readonly AnyKey[],
  nowMs: number,
  find: (date: Date | null) => Promise<AnyKey>,
): Promise<AnyKey> {
  const found = await find(new Date(nowMs)).catch(() => find(null));
  return among.find((key) => key.getFingerprint() === found.getFingerprint()) ?? found;
}

function checkStrength(source: PgpKeySource, key: AnyKey): void {
  const { algorithm, bits = 0 } = key.getAlgorithmInfo();
  if (key.keyPacket.version !== 4 || algorithm !== 'rsaEncryptSign') {
    throw refused(source, `has a key that is not RSA of version 4, ${idOf(key)}`);
  }
  if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) {
    const range = `${RSA_BITS_MIN} to ${RSA_BITS_MAX} bits are accepted [ENC-5]`;
    throw refused(source, `has an RSA key of ${bits} bits, ${idOf(key)}; ${range}`);
  }
  const { e } = key.keyPacket.publicParams as { readonly e?: Uint8Array };
  if (!e || e.length > EXPONENT_BYTES_MAX) {
    throw refused(source, `has a public exponent of more than 32 bits, ${idOf(key)}; 65537 is usual`);
  }
}

function describer(source: PgpKeySource, certificate: Key, nowMs: number) {
  return async (
    key: AnyKey,
    purpose: KeyPurpose,
    extract: (key: AnyKey) => KeyObject | undefined,
  ): Promise<PgpKey> => {
    const createdAtMs = key.getCreationTime().getTime();
    const keyObject = extract(key);
    if (!keyObject) throw refused(source, `lacks the private part of ${idOf(key)}`);
    const at = new Date(Math.max(nowMs, createdAtMs));
    // A subkey doesn't outlive its certificate. `null`: its binding signature has run out.
    const subkeyEnd =
      key === certificate ? Number.POSITIVE_INFINITY : await (key as Subkey).getExpirationTime(at);
    const endMs = Math.min(Number(await certificate.getExpirationTime()), Number(subkeyEnd));
    return {
      purpose,
      keyId: idOf(key),
      fingerprint: key.getFingerprint(),
      certificate: certificate.getFingerprint(),
      key: keyObject,
      createdAtMs,
      modulusBytes: (keyObject.asymmetricKeyDetails?.modulusLength ?? 0) / 8,
      notBeforeMs: Math.max(createdAtMs, source.notBeforeMs ?? createdAtMs),
      retiresAtMs: source.retiresAtMs,
      expiresAtMs: endMs === Number.POSITIVE_INFINITY ? undefined : endMs,
      environment: environmentOf(certificate),
    };
  };
}

/** `generatePgpKey` writes it into the comment of the user id: `Example Bank (sandbox) <otp@example.com>`. */
function environmentOf(certificate: Key): KeyEnvironment | undefined {
  const comments = certificate.getUserIDs().map((userId) => /\(([a-z]+)\)(?: <[^>]*>)?$/.exec(userId)?.[1]);
  return (['sandbox', 'production'] as const).find((environment) => comments.includes(environment));
}

function belongsTogether(key: KeyObject): boolean {
  const probe = Buffer.from('probe');
  return verify(
    'sha384',
    probe,
    createPublicKey(key.export({ format: 'pem', type: 'pkcs8' })),
    sign('sha384', probe, key),
  );
}

const idOf = (key: AnyKey) => key.getKeyID().toHex();

function refused({ name }: { readonly name: string }, fault: string, cause?: unknown): KeyRingError {
  return new KeyRingError(`the OpenPGP key ${name} ${fault}`, { cause });
}
