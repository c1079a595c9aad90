import type { Key, Subkey } from 'openpgp';
import { KeyRingError, type PassedOverKey } from '../keys/key-ring.ts';
import type { KeySource } from '../keys/key-source.ts';
import type { PgpKey } from './key.ts';
import { KeyFileFault, mergeCopies, readKeyFile, readPublicBlock, revokedBy } from './key-file.ts';
import { publicKeyObject } from './key-object.ts';
import { type AnyKey, describeKey, endOf, idOf, type KeyTerms, keysFor, strengthFault } from './key-parts.ts';

/** Keys of Google's that can be used, and those beside them that can't. */
export interface GoogleKeys {
  readonly keys: readonly PgpKey[];
  readonly passedOver: readonly PassedOverKey[];
}

/** A certificate as one file has it. */
interface Copy {
  readonly key: Key;
  /** As a sentence about it begins. */
  readonly name: string;
  readonly source: KeySource;
}

/**
 * Reads every public key of every source, and the revocation certificates that lie beside. Copies of one key count
 * together, so that none undoes the revocation that another has. Of each key the parts count that would be used: what is beside them is passed over and named, and never
 * stands in their way. Keys and subkeys among `revoked` are revoked whatever their copy says; those that are found
 * revoked are added to it. Throws `KeyRingError` for a source that is no file of keys.
 */
export async function readGoogleKeys(
  sources: readonly KeySource[],
  nowMs: number,
  revoked: Set<string> = new Set(),
): Promise<GoogleKeys> {
  const files = await Promise.all(sources.map(readSource));
  const merged = await mergeCopies(
    files.flatMap(({ copies }) => copies),
    files.flatMap(({ signatures }) => signatures),
    nowMs,
  );
  const certificates = merged.map(({ key }) => key);
  const strays = await Promise.all(files.map((file) => straySignatures(file, certificates, nowMs)));
  const read = await Promise.all(merged.map(({ key, copies }) => readCopies(key, copies, nowMs, revoked)));
  return {
    keys: read.flatMap(({ keys }) => keys),
    passedOver: [
      ...files.flatMap(({ passedOver }) => passedOver),
      ...strays.flat(),
      ...read.flatMap(({ passedOver }) => passedOver),
    ],
  };
}

/** A revocation that revokes nothing may be the one that somebody counts on. */
async function straySignatures(
  { source, signatures }: { readonly source: KeySource; readonly signatures: readonly Uint8Array[] },
  certificates: readonly Key[],
  nowMs: number,
): Promise<readonly PassedOverKey[]> {
  const revokes = (signature: Uint8Array) =>
    Promise.all(certificates.map((key) => revokedBy(signature, key, nowMs)));
  const found = await Promise.all(signatures.map(revokes));
  return found
    .filter((revoked) => revoked.every((key) => key === undefined))
    .map(() => ({
      source: source.name,
      key: `a signature in ${source.name}`,
      reason: 'is no revocation of a key that is known here',
      fault: 'stray',
    }));
}

async function readSource(source: KeySource) {
  const { blocks, signatures, damaged } = await readKeyFile(source.bytes).catch((cause: unknown) => {
    if (cause instanceof KeyFileFault)
      throw new KeyRingError(`the OpenPGP key ${source.name} ${cause.message}`, {
        source: source.name,
        cause,
      });
    throw cause;
  });
  const alone = blocks.length + damaged === 1;
  const copies: Copy[] = [];
  const passedOver: PassedOverKey[] = [];
  for (const [index, block] of blocks.entries()) {
    const place = alone
      ? `the OpenPGP key ${source.name}`
      : `the OpenPGP key at place ${index + 1} of ${source.name}`;
    const passOver = (reason: string, fault: PassedOverKey['fault']) =>
      passedOver.push({ source: source.name, key: place, reason, fault });
    const key = block.isPrivate ? undefined : await readPublicBlock(block);
    if (block.isPrivate) passOver(LEAKED, 'leaked');
    else if (!key) passOver('is damaged, or of a version or algorithm that is not read', 'unread');
    else {
      const name = alone ? place : `the OpenPGP key ${idOf(key)} of ${source.name}`;
      copies.push({ key, name, source });
    }
  }
  if (damaged > 0)
    passedOver.push({
      source: source.name,
      key: `an armored text of ${source.name}`,
      reason: 'is damaged: nothing in it can be read',
      fault: 'unread',
    });
  return { source, copies, signatures, passedOver };
}

const LEAKED =
  'is a private key, where the public key of Google is due: it has left the hands it belongs in, so treat it as leaked';

async function readCopies(
  certificate: Key,
  copies: readonly Copy[],
  nowMs: number,
  revoked: Set<string>,
): Promise<GoogleKeys> {
  const [first, ...others] = copies;
  if (!first) return { keys: [], passedOver: [] };
  const begins = copies.map(({ source }) => source.notBeforeMs ?? Number.NEGATIVE_INFINITY);
  const ends = copies.flatMap(({ source }) => source.retiresAtMs ?? []);
  const notBeforeMs = Math.min(...begins);
  const terms = {
    source: first.source.name,
    notBeforeMs: Number.isFinite(notBeforeMs) ? notBeforeMs : undefined,
    retiresAtMs: ends.length > 0 ? Math.min(...ends) : undefined,
    nowMs,
  };
  const { keys, faults } = await readCertificate(certificate, terms, revoked);
  return {
    keys,
    passedOver: [
      ...faults.map((reason) => ({ source: first.source.name, key: first.name, reason })),
      ...others.map(({ source, name }) => ({
        source: source.name,
        key: name,
        reason: `is the same key as ${first.name}: they are read as one, with the revocations of both`,
      })),
    ],
  };
}

async function readCertificate(certificate: Key, terms: KeyTerms, revoked: Set<string>) {
  const fault = strengthFault(certificate);
  // Whoever breaks the primary key gives the certificate any subkey, and one that is huge would be costly to use at all.
  if (fault !== undefined && certificate.getAlgorithmInfo().algorithm.startsWith('rsa'))
    return { keys: [], faults: [fault] };
  const now = new Date(terms.nowMs);
  const isRevokedNow = await certificate.isRevoked(undefined, undefined, now);
  if (isRevokedNow) revoked.add(certificate.getFingerprint());
  const isRevoked = (key: AnyKey) => revoked.has(key.getFingerprint());
  if (isRevoked(certificate)) return { keys: [], faults: [isRevokedNow ? 'is revoked' : REVOKED_BEFORE] };
  for (const subkey of certificate.getSubkeys()) {
    if (await isRevokedSubkey(subkey, now)) revoked.add(subkey.getFingerprint());
  }
  const signing = await keysFor(certificate, (keyId) => certificate.getSigningKey(keyId, null));
  const encrypting = await keysFor(certificate, (keyId) => certificate.getEncryptionKey(keyId, null));
  const isGood = (key: AnyKey) => strengthFault(key) === undefined && !isRevoked(key);
  const verifiers = signing.filter(isGood);
  const recipients = encrypting.filter(isGood);
  const recipient = await newest(recipients, certificate, now);
  const faults = [
    ...(verifiers.length > 0
      ? []
      : ['has no key that may sign, is strong enough and not revoked, with a sound self-signature']),
    ...(recipient ? [] : ['has no subkey that may encrypt, is strong enough and not revoked [PGP-7]']),
  ];
  const usable = new Set([...signing, ...encrypting]);
  for (const key of certificate.getKeys()) {
    const fault =
      recipients.includes(key) && key !== recipient
        ? await expiry(certificate, key, terms.nowMs)
        : partFault(key, usable.has(key), isRevoked(key));
    if (fault !== undefined) faults.push(fault);
  }
  const describeAs = (purpose: 'encrypt' | 'verify') => (key: AnyKey) =>
    describeKey(certificate, key, purpose, publicKeyObject(key), terms);
  const keys = await Promise.all([
    ...(recipient ? [recipient] : []).map(describeAs('encrypt')),
    ...verifiers.map(describeAs('verify')),
  ]);
  return { keys, faults };
}

/** The newest that is good now; else, for a certificate that is to come or is over, the newest. */
async function newest(among: readonly AnyKey[], certificate: Key, now: Date): Promise<AnyKey | undefined> {
  const good = await keysFor(certificate, (keyId) => certificate.getEncryptionKey(keyId, now));
  const today = among.filter((key) => good.includes(key));
  const [first, ...others] = today.length > 0 ? today : among;
  return others.reduce(
    (best, key) => (best && key.getCreationTime() < best.getCreationTime() ? best : key),
    first,
  );
}

const REVOKED_BEFORE =
  'is revoked: a copy of it that was read here before says so, and the one that is here now is older';

async function expiry(certificate: Key, key: AnyKey, nowMs: number): Promise<string | undefined> {
  const endMs = await endOf(certificate, key, nowMs);
  if (endMs > nowMs) return undefined;
  const day = endMs > 0 ? ` on ${new Date(endMs).toISOString().slice(0, 10)}` : '';
  return `has a subkey to encrypt with that expired${day}, ${idOf(key)}`;
}

/** What is wrong with a part; `undefined`: nothing, or it is for something else than signing or encrypting. */
function partFault(key: AnyKey, isUsable: boolean, isRevoked: boolean): string | undefined {
  if (isUsable && !isRevoked) return strengthFault(key);
  if (!('mainKey' in key) || !isMeantToWork(key)) return undefined;
  if (isRevoked) return `has a subkey that is revoked, ${idOf(key)}`;
  return (
    strengthFault(key) ??
    `has a subkey that no sound signature of its primary key binds to sign or to encrypt, ${idOf(key)}`
  );
}

async function isRevokedSubkey(key: Subkey, now: Date): Promise<boolean> {
  const [binding] = key.bindingSignatures;
  return binding !== undefined && (await key.isRevoked(binding, key.mainKey.keyPacket, now));
}

/** CAN_SIGN, ENCRYPT_COMMS, ENCRYPT_STORAGE; where nothing says what a subkey is for, anything is meant. [PGP-8] */
const WORK_FLAGS = 0x02 | 0x04 | 0x08;

function isMeantToWork({ bindingSignatures }: Subkey): boolean {
  return bindingSignatures.every(({ keyFlags }) => !keyFlags || ((keyFlags[0] ?? 0) & WORK_FLAGS) !== 0);
}
