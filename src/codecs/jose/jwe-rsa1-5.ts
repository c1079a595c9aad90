import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHmac,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { RSA1_5_CONTENTS, type Rsa15Content } from './algorithms.ts';

/*
 * RSAES-PKCS1-v1_5 with AES-CBC and HMAC-SHA2 (RFC 7518 sections 4.2 and 5.2): the older edition, which the JOSE
 * library has left behind. [JWE-3]
 */

const IV_BYTES = 16;

/** `bytes`: of the key of the cipher, of the key of the HMAC before it, and of the tag alike. */
const FAMILY = {
  'A128CBC-HS256': { bytes: 16, cipher: 'aes-128-cbc', digest: 'sha256' },
  'A192CBC-HS384': { bytes: 24, cipher: 'aes-192-cbc', digest: 'sha384' },
  'A256CBC-HS512': { bytes: 32, cipher: 'aes-256-cbc', digest: 'sha512' },
} as const satisfies Record<Rsa15Content, object>;

type Member = (typeof FAMILY)[Rsa15Content];

/**
 * What the five parts of a compact JWE hold, not yet inflated. `undefined`, with the same work whatever was wrong:
 * padding, length of the key, tag. So neither the answer nor its time tells whether a ciphertext was well padded.
 */
export function decryptRsa15(
  parts: readonly string[],
  key: KeyObject,
  enc: Rsa15Content,
): Buffer | undefined {
  const encryptedKey = Buffer.from(parts[1] ?? '', 'base64url');
  return decryptContent(parts, enc, () => decryptCek(encryptedKey, key, FAMILY[enc].bytes * 2));
}

/** The same with the message's own key, which is asked for only if the other parts have their lengths. */
export function decryptContent(
  parts: readonly string[],
  enc: Rsa15Content,
  cekOf: () => Buffer,
): Buffer | undefined {
  const member = FAMILY[enc];
  const [header = '', , ...encoded] = parts;
  const [iv, ciphertext, tag] = encoded.map((part) => Buffer.from(part, 'base64url'));
  if (!ciphertext || iv?.length !== IV_BYTES || tag?.length !== member.bytes) return undefined;
  const cek = cekOf();
  const expected = authenticationTag(member, cek, header, iv, ciphertext);
  if (!timingSafeEqual(expected, tag)) return undefined;
  const decipher = createDecipheriv(member.cipher, cek.subarray(member.bytes), iv);
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch {
    // The tag was right: whoever sent this knows the key, and that its text is not padded.
    return undefined;
  }
}

/** A compact JWE in A128CBC-HS256. `header` is what it begins with, in base64url. */
export function encryptRsa15(payload: Uint8Array, header: string, key: KeyObject): string {
  const member = FAMILY[RSA1_5_CONTENTS[0]];
  const cek = randomBytes(member.bytes * 2);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(member.cipher, cek.subarray(member.bytes), iv);
  const ciphertext = Buffer.concat([cipher.update(payload), cipher.final()]);
  const encryptedKey = publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, cek);
  const parts = [encryptedKey, iv, ciphertext, authenticationTag(member, cek, header, iv, ciphertext)];
  return [header, ...parts.map((part) => part.toString('base64url'))].join('.');
}

/**
 * The key of a message. It always yields one: where the padding or the length is wrong it is a random key, whose tag
 * is then wrong like any other's. OpenSSL itself answers bad padding with random bytes of random length.
 */
function decryptCek(encryptedKey: Buffer, key: KeyObject, cekBytes: number): Buffer {
  const random = randomBytes(cekBytes);
  const decrypted = Buffer.alloc(cekBytes);
  let decryptedBytes = 0;
  try {
    const cek = privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, encryptedKey);
    cek.copy(decrypted);
    decryptedBytes = cek.length;
  } catch {
    // Only a number of another length or above the modulus comes here, which its sender knows without us.
  }
  return decryptedBytes === cekBytes ? decrypted : random;
}

function authenticationTag(
  { bytes, digest }: Member,
  cek: Buffer,
  header: string,
  iv: Buffer,
  ciphertext: Buffer,
): Buffer {
  const headerBits = Buffer.alloc(8);
  headerBits.writeBigUInt64BE(BigInt(header.length) * 8n);
  const hmac = createHmac(digest, cek.subarray(0, bytes));
  const mac = hmac.update(header, 'latin1').update(iv).update(ciphertext).update(headerBits).digest();
  return mac.subarray(0, bytes);
}
