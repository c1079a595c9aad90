import type { KeyObject } from 'node:crypto';
import type { Key, KeyID, Subkey } from 'openpgp';
import { EXPONENT_BYTES_MAX, RSA_BITS_MAX, RSA_BITS_MIN } from '../keys/key-limits.ts';
import type { KeyEnvironment, KeyPurpose } from '../keys/key-ring.ts';
import type { PgpKey } from './key.ts';

/** The primary key of a certificate, or a subkey. */
export type AnyKey = Key | Subkey;

export const idOf = (key: AnyKey) => key.getKeyID().toHex();

/** Those of a certificate that `find` says yes to, whenever they are or were good. */
export async function keysFor(
  certificate: Key,
  find: (keyId: KeyID) => Promise<AnyKey>,
): Promise<readonly AnyKey[]> {
  const found = certificate.getKeys().map((key) =>
    find(key.getKeyID()).then(
      () => [key],
      () => [],
    ),
  );
  return (await Promise.all(found)).flat();
}

/** Why messages can't be opened, signed, verified or sealed with a key; `undefined`: they can. [ENC-5] */
export function strengthFault(key: AnyKey): string | undefined {
  const { algorithm, bits = 0 } = key.getAlgorithmInfo();
  if (key.keyPacket.version !== 4 || algorithm !== 'rsaEncryptSign')
    return `has a key that is not RSA of version 4, ${idOf(key)}`;
  if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) {
    const range = `${RSA_BITS_MIN} to ${RSA_BITS_MAX} bits are accepted [ENC-5]`;
    return `has an RSA key of ${bits} bits, ${idOf(key)}; ${range}`;
  }
  const { e } = key.keyPacket.publicParams as { readonly e?: Uint8Array };
  return !e || e.length > EXPONENT_BYTES_MAX
    ? `has a public exponent of more than 32 bits, ${idOf(key)}; 65537 is usual`
    : undefined;
}

/** What an operator says of a key beside it. */
export interface KeyTerms {
  /** Name of the source. */
  readonly source: string;
  readonly notBeforeMs: number | undefined;
  readonly retiresAtMs: number | undefined;
  readonly nowMs: number;
}

/** A key as the ring has it; `undefined`: `keyObject` is missing. */
export async function describeKey(
  certificate: Key,
  key: AnyKey,
  purpose: KeyPurpose,
  keyObject: KeyObject,
  { source, notBeforeMs, retiresAtMs, nowMs }: KeyTerms,
): Promise<PgpKey> {
  const createdAtMs = key.getCreationTime().getTime();
  const endMs = await endOf(certificate, key, nowMs);
  return {
    purpose,
    keyId: idOf(key),
    fingerprint: key.getFingerprint(),
    certificate: certificate.getFingerprint(),
    key: keyObject,
    createdAtMs,
    modulusBytes: (keyObject.asymmetricKeyDetails?.modulusLength ?? 0) / 8,
    notBeforeMs: Math.max(createdAtMs, notBeforeMs ?? createdAtMs),
    retiresAtMs,
    expiresAtMs: endMs === Number.POSITIVE_INFINITY ? undefined : endMs,
    environment: environmentOf(certificate),
    source,
  };
}

/** When it expires; `Infinity`: never. A subkey doesn't outlive its certificate. */
export async function endOf(certificate: Key, key: AnyKey, nowMs: number): Promise<number> {
  const at = new Date(Math.max(nowMs, key.getCreationTime().getTime()));
  // `null`: its binding signature has run out.
  const subkeyEnd =
    key === certificate ? Number.POSITIVE_INFINITY : await (key as Subkey).getExpirationTime(at);
  return Math.min(Number(await certificate.getExpirationTime()), Number(subkeyEnd));
}

/** `generatePgpKey` writes it into the comment of the user id: `Example Bank (sandbox) <otp@example.com>`. */
function environmentOf(certificate: Key): KeyEnvironment | undefined {
  const comments = certificate.getUserIDs().map((userId) => /\(([a-z]+)\)(?: <[^>]*>)?$/.exec(userId)?.[1]);
  return (['sandbox', 'production'] as const).find((environment) => comments.includes(environment));
}
