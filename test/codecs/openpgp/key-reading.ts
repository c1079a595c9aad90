import { readKey, readPrivateKey } from 'openpgp';
import type { KeyPurpose, KeyRing } from '../../../src/codecs/keys/key-ring.ts';
import type { PgpKey } from '../../../src/codecs/openpgp/key.ts';
import { keyBytes, NOW_MS, ownSource, peerSource } from './vectors.ts';

export const ours = [ownSource('own-2048')];
export const google = [peerSource('peer-2048')];
export const rules = { graceMs: 0, nowMs: NOW_MS };

export function states(ring: KeyRing<PgpKey>, purpose: KeyPurpose): string[] {
  return ring.keys.filter((key) => key.purpose === purpose).map((key) => ring.state(key, NOW_MS));
}

export const readGoogleKey = (name: string) =>
  readKey({ armoredKey: keyBytes(`${name}.public`).toString('latin1') });
export const readOwnKey = (name: string) =>
  readPrivateKey({ armoredKey: keyBytes(`${name}.secret`).toString('latin1') });
