import type { GoogleKeyFile } from '../key-format.ts';
import { LeakedKey } from '../keys/key-ring.ts';
import type { KeySource } from '../keys/key-source.ts';
import { type AllowedAlgorithms, CURRENT_ALGORITHMS } from './algorithms.ts';
import { isJwk, isPrivateJwk, parseJwks } from './jwk.ts';
import { LEAKED } from './jwk-key-object.ts';
import { readJwkKeyRing } from './jwk-keys.ts';

/** All that any setting could allow. */
const EVERY_ALGORITHM: AllowedAlgorithms = {
  keyManagement: ['RSA-OAEP-256', 'RSA-OAEP', 'RSA1_5'],
  contentEncryption: [],
  signing: ['RS256', 'PS256', 'ES256'],
};

/** Public keys of Google's. Throws `LeakedKey` if a private key is among them. */
export async function importJwks(
  source: KeySource,
  _kept: () => readonly Uint8Array[],
  nowMs: number,
): Promise<GoogleKeyFile> {
  const { name, bytes } = source;
  const sources = { ours: [], google: [{ name, bytes }], purposes: [], graceMs: 0, nowMs };
  const { keys, passedOver } = await readJwkKeyRing({ ...sources, allowed: EVERY_ALGORITHM });
  if (parseJwks(bytes)?.some((jwk) => isJwk(jwk) && isPrivateJwk(jwk)))
    throw new LeakedKey(`${name} ${LEAKED}`);
  const byDefault = await readJwkKeyRing({ ...sources, allowed: CURRENT_ALGORITHMS });
  const needs = keys
    .filter(
      ({ purpose, keyId }) => !byDefault.keys.some((key) => key.purpose === purpose && key.keyId === keyId),
    )
    .map(({ keyId, algorithms: [algorithm] }) =>
      algorithm === 'RSA1_5'
        ? `${keyId} is used with payload.jwe.olderEdition: true only`
        : `${keyId} is used only if payload.jwe.keyManagement names ${algorithm}`,
    );
  const text = new TextDecoder().decode(bytes);
  return { keys, passedOver, text, fingerprints: keys.map(({ fingerprint }) => fingerprint), needs };
}
