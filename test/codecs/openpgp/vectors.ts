import { readdirSync, readFileSync } from 'node:fs';
import { type BodyFault, BodyRefused } from '../../../src/codecs/body-fault.ts';
import type { KeyRing } from '../../../src/codecs/keys/key-ring.ts';
import type { PgpKey } from '../../../src/codecs/openpgp/key.ts';
import { readPgpKeyRing } from '../../../src/codecs/openpgp/keys.ts';
import { openMessage } from '../../../src/codecs/openpgp/message.ts';

const FOLDER = new URL('../../vectors/pgp/', import.meta.url);

/** The date on which GnuPG made the messages; its keys were made in March of that year. */
export const NOW_MS = Date.UTC(2026, 10, 22, 10);
export const DAY_MS = 86_400_000;
/** What all messages hold. */
export const REQUEST = readFileSync(new URL('request.json', FOLDER));

export function keyBytes(name: string): Buffer {
  return readFileSync(new URL(`keys/${name}.asc`, FOLDER));
}

export function ownSource(name: string) {
  return { name, bytes: keyBytes(`${name}.secret`) };
}

export function peerSource(name: string) {
  return { name, bytes: keyBytes(`${name}.public`) };
}

export function readRing(
  ours: readonly string[],
  google: readonly string[],
  nowMs = NOW_MS,
): Promise<KeyRing<PgpKey>> {
  return readPgpKeyRing({
    ours: ours.map(ownSource),
    google: google.map(peerSource),
    graceMs: DAY_MS,
    nowMs,
  });
}

/** The ring of the other side: what it signs we verify, what we encrypt it decrypts. */
export function readMirroredRing(
  ours: readonly string[],
  google: readonly string[],
): Promise<KeyRing<PgpKey>> {
  return readPgpKeyRing({
    ours: google.map((name) => ({ name, bytes: keyBytes(`${name}.secret`) })),
    google: ours.map((name) => ({ name, bytes: keyBytes(`${name}.public`) })),
    graceMs: 0,
    nowMs: NOW_MS,
  });
}

export interface PgpVector {
  readonly name: string;
  /** Armored or binary. */
  readonly message: Buffer;
}

export function readVectors(folder: 'accepted' | 'refused'): readonly PgpVector[] {
  const names = readdirSync(new URL(folder, FOLDER));
  return names.map((name) => ({ name, message: readFileSync(new URL(`${folder}/${name}`, FOLDER)) }));
}

/** A message as it stands in the body of a request. */
export function bodyOf(message: Uint8Array): Buffer {
  return Buffer.from(Buffer.from(message).toString('base64url'), 'latin1');
}

/** What became of a body: its payload, or why it was refused. */
export function tryOpen(body: Uint8Array, ring: KeyRing<PgpKey>, nowMs = NOW_MS): Buffer | BodyFault {
  try {
    return openMessage(body, ring, nowMs);
  } catch (error) {
    if (error instanceof BodyRefused) return error.reason;
    throw error;
  }
}
