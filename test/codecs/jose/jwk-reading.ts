import assert from 'node:assert/strict';
import { type AllowedAlgorithms, CURRENT_ALGORITHMS } from '../../../src/codecs/jose/algorithms.ts';
import { readJwkKeyRing } from '../../../src/codecs/jose/jwk-keys.ts';
import type { KeyRing } from '../../../src/codecs/keys/key-ring.ts';
import type { KeySource } from '../../../src/codecs/keys/key-source.ts';
import { jwkOf, NOW_MS, sourceOf } from './jwe-vectors.ts';

export type Jwk = Record<string, unknown>;

export const OWN_SIG = jwkOf('own.private', 'own-sig');
export const OWN_ENC = jwkOf('own.private', 'own-enc');
export const PEER_SIG = jwkOf('google.public', 'google-sig');
export const PEER_ENC = jwkOf('google.public', 'google-enc');
export const OWN_EC = jwkOf('own-es256.private', 'own-es256-sig');

/** A copy without some members. */
export function without(jwk: Jwk, ...members: string[]): Jwk {
  return Object.fromEntries(Object.entries(jwk).filter(([member]) => !members.includes(member)));
}

interface Change {
  readonly ours?: readonly KeySource[];
  readonly google?: readonly KeySource[];
  readonly allowed?: AllowedAlgorithms;
}

export function read({ ours = [], google = [], allowed = CURRENT_ALGORITHMS }: Change) {
  return readJwkKeyRing({ ours, google, allowed, purposes: [], graceMs: 0, nowMs: NOW_MS });
}
export const readOwn = (...keys: Jwk[]) => read({ ours: [sourceOf('own.json', keys)] });
export const readPeer = (...keys: Jwk[]) => read({ google: [sourceOf('google.json', keys)] });

/** Nothing else is there, so without it there is no ring. */
export async function passesOver(reading: Promise<KeyRing>, message: RegExp): Promise<void> {
  const { passedOver } = await reading;
  assert.match(passedOver.map(({ key, reason }) => `${key} ${reason}`).join('\n'), message);
}

export const refuses = (reading: Promise<unknown>, message: RegExp) =>
  assert.rejects(reading, { name: 'KeyRingError', message });
