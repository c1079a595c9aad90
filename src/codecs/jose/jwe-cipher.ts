import { constants, type KeyObject, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import type { ContentEncryption, KeyManagement } from './algorithms.ts';
import { cekBytesOf, decryptContent, encryptContent } from './content-encryption.ts';

/*
 * Encryption to an RSA key in the compact form: RFC 7516 sections 5.1 and 5.2, RFC 7518 sections 4.2 and 4.3. All of it
 * is done where it is called, so that a thread computes alone what it is given. [JWE-2, JWE-3]
 */

const PADDING = {
  'RSA-OAEP-256': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
  'RSA-OAEP': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
  RSA1_5: { padding: constants.RSA_PKCS1_PADDING },
} as const satisfies Record<KeyManagement, object>;

/** The algorithms that a message is encrypted with, as its header names them. */
export interface JweAlgorithms {
  readonly alg: KeyManagement;
  readonly enc: ContentEncryption;
}

/**
 * What the five parts of a compact JWE hold, not yet inflated. `undefined`, with the same work whatever was wrong:
 * padding, length of the message's key, tag. So neither the answer nor its time tells whether a ciphertext was well
 * padded.
 */
export function decryptJwe(
  parts: readonly string[],
  key: KeyObject,
  { alg, enc }: JweAlgorithms,
): Buffer | undefined {
  const encryptedKey = Buffer.from(parts[1] ?? '', 'base64url');
  return decryptContent(parts, enc, () =>
    decryptCek(encryptedKey, { key, ...PADDING[alg] }, cekBytesOf(enc)),
  );
}

/** A compact JWE. `header` is what it begins with, in base64url, and names the same algorithms. */
export function encryptJwe(
  payload: Uint8Array,
  header: string,
  key: KeyObject,
  { alg, enc }: JweAlgorithms,
): string {
  const cek = randomBytes(cekBytesOf(enc));
  const encryptedKey = publicEncrypt({ key, ...PADDING[alg] }, cek);
  const { iv, ciphertext, tag } = encryptContent(payload, header, enc, cek);
  return [header, ...[encryptedKey, iv, ciphertext, tag].map((part) => part.toString('base64url'))].join('.');
}

/**
 * The key of a message. It always yields one: where the padding or the length is wrong it is a random key, whose tag
 * is then wrong like any other's. OpenSSL itself answers bad padding of PKCS #1 v1.5 with random bytes of random length.
 */
function decryptCek(
  encryptedKey: Buffer,
  terms: { readonly key: KeyObject; readonly padding: number; readonly oaepHash?: string },
  cekBytes: number,
): Buffer {
  const random = randomBytes(cekBytes);
  const decrypted = Buffer.alloc(cekBytes);
  let decryptedBytes = 0;
  try {
    const cek = privateDecrypt(terms, encryptedKey);
    cek.copy(decrypted);
    decryptedBytes = cek.length;
  } catch {
    // OAEP of another key, or a number of another length or above the modulus, which its sender knows without us.
  }
  return decryptedBytes === cekBytes ? decrypted : random;
}
