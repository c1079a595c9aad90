import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { decryptKey, type Key, type PrivateKey } from 'openpgp';
import { LIFETIME_MAX_MS } from '../keys/key-limits.ts';
import { createKeyRing, KEY_PURPOSES, type KeyRing, KeyRingError } from '../keys/key-ring.ts';
import type { KeySource, KeySources } from '../keys/key-source.ts';
import { readGoogleKeys } from './google-keys.ts';
import type { PgpKey } from './key.ts';
import { KeyFileFault, readPrivateKeys } from './key-file.ts';
import { privateKeyObject } from './key-object.ts';
import { type AnyKey, describeKey, idOf, keysFor, strengthFault } from './key-parts.ts';

/**
 * Reads and checks all keys: self-signatures, revocation, usage flags, strength, life. [ENC-5, PGP-7, PGP-8]
 * Expired keys are let in, for the ring to pass over, so that one of them can't keep a server from starting beside its
 * successor. Throws `KeyRingError` for a key of ours that can't be used, and where of Google's nothing is left,
 * naming the source and what would be accepted. [OQ-79]
 */
export async function readPgpKeyRing(sources: KeySources): Promise<KeyRing<PgpKey>> {
  const { ours, google, revoked, purposes = KEY_PURPOSES, ...rules } = sources;
  const { nowMs } = rules;
  const own = await Promise.all(ours.map((source) => readOwnKeys(source, nowMs)));
  const theirs = await readGoogleKeys(google, nowMs, revoked);
  return createKeyRing([...own.flat(), ...theirs.keys], { purposes, ...rules }, theirs.passedOver);
}

/** Every key of a source. */
async function readOwnKeys(source: KeySource, nowMs: number): Promise<readonly PgpKey[]> {
  const certificates = await readPrivateKeys(source.bytes).catch((cause: unknown) => {
    throw cause instanceof KeyFileFault ? refused(source, cause.message, cause) : cause;
  });
  const keys = await Promise.all(
    certificates.map(async (key) => {
      const unlocked = await unlock(source, key);
      try {
        return await readOwnKey(source, unlocked, nowMs);
      } finally {
        // From here on the key is OpenSSL's alone.
        overwrite(unlocked);
      }
    }),
  );
  return keys.flat();
}

/** The private numbers, which the library has in its own memory. */
function overwrite(key: PrivateKey): void {
  for (const { keyPacket } of key.getKeys()) {
    if (!('privateParams' in keyPacket)) continue;
    for (const number of Object.values(keyPacket.privateParams ?? {}))
      if (number instanceof Uint8Array) number.fill(0);
  }
}

async function readOwnKey(source: KeySource, certificate: PrivateKey, nowMs: number): Promise<PgpKey[]> {
  const { signing, encrypting } = await sortKeys(source, certificate);
  const primary = certificate.getFingerprint();
  if (encrypting.some((key) => key.getFingerprint() === primary)) {
    throw refused(source, 'lets its primary key encrypt; it needs a subkey for that, and only that [PGP-7]');
  }
  const overlap = encrypting.find((key) => signing.includes(key));
  if (overlap)
    throw refused(source, `has a key for signing and encrypting, ${idOf(overlap)}; it needs one for each`);
  const signer = await pick(signing, nowMs, (date) => certificate.getSigningKey(undefined, date));
  const { name, notBeforeMs, retiresAtMs } = source;
  const terms = { source: name, notBeforeMs, retiresAtMs, nowMs };
  const describeAs = (purpose: 'sign' | 'decrypt') => (key: AnyKey) => {
    const keyObject = privateKeyObject(key);
    if (!keyObject) throw refused(source, `lacks the private part of ${idOf(key)}`);
    return describeKey(certificate, key, purpose, keyObject, terms);
  };
  const keys = await Promise.all([
    ...[signer].map(describeAs('sign')),
    ...encrypting.map(describeAs('decrypt')),
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

async function unlock({ passphrase, ...source }: KeySource, key: PrivateKey): Promise<PrivateKey> {
  if (key.isDecrypted()) return key;
  if (!passphrase) throw refused(source, 'is protected by a passphrase, and none is given');
  try {
    return await decryptKey({ privateKey: key, passphrase: passphrase.reveal() });
  } catch {
    throw refused(source, 'is protected by another passphrase than the one that is given');
  }
}

/** Which keys of a certificate may sign and which may encrypt, by their flags, whenever that is or was. [PGP-8] */
async function sortKeys(source: KeySource, certificate: Key) {
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

/** The newest that is good now; else, for a certificate that is to come or is over, the newest. */
async function pick(
  among: readonly AnyKey[],
  nowMs: number,
  find: (date: Date | null) => Promise<AnyKey>,
): Promise<AnyKey> {
  const found = await find(new Date(nowMs)).catch(() => find(null));
  return among.find((key) => key.getFingerprint() === found.getFingerprint()) ?? found;
}

function checkStrength(source: KeySource, key: AnyKey): void {
  const fault = strengthFault(key);
  if (fault !== undefined) throw refused(source, fault);
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

function refused({ name }: { readonly name: string }, fault: string, cause?: unknown): KeyRingError {
  return new KeyRingError(`the OpenPGP key ${name} ${fault}`, { source: name, cause });
}
