import { constants, publicEncrypt, randomBytes } from 'node:crypto';
import type { BodyFault } from '../../src/codecs/body-fault.ts';
import { encode, encodeHeader, gcmParts } from '../codecs/jose/forge.ts';
import { BARE, keyOf, NESTED, REQUEST, readRing, tryOpen } from '../codecs/jose/jwe-vectors.ts';

/* Messages that are all right but for one part, which the tests make by hand. */

const ring = await readRing(['own'], ['google', 'google-ps256', 'google-es256']);
export const google = await readRing(['google', 'google-ps256', 'google-es256'], ['own']);
export const recipient = keyOf(google, 'encrypt').key;
export const HEADER = encodeHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'own-enc' });

/** What becomes of a bare JWE with these parts behind its header. */
export function openParts(...parts: readonly Uint8Array[]): Promise<Buffer | BodyFault> {
  return tryOpen([HEADER, ...parts.map(encode)].join('.'), ring, BARE);
}

export function wrapKey(cek: Buffer): Buffer {
  const oaep = { key: recipient, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  return publicEncrypt(oaep, cek);
}

/** What becomes of a JWS with that signature, within a JWE that is all right. */
export function openSigned(
  alg: string,
  kid: string,
  signatureOf: (input: Buffer) => Buffer,
): Promise<Buffer | BodyFault> {
  const input = `${encodeHeader({ alg, kid })}.${encode(REQUEST)}`;
  const jws = `${input}.${encode(signatureOf(Buffer.from(input)))}`;
  const cek = randomBytes(32);
  return tryOpen([HEADER, encode(wrapKey(cek)), ...gcmParts(HEADER, jws, cek)].join('.'), ring, NESTED);
}

/** In place. */
export function flipByte(bytes: Buffer, at: number, by = 1): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ by;
  return bytes;
}
