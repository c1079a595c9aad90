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

/*
 * RSAES-PKCS1-v1_5 with AES_128_CBC_HMAC_SHA_256 (RFC 7518 sections 4.2 and 5.2.3): the older edition, which the JOSE
 * library has left behind. [JWE-3]
 */

const CEK_BYTES = 32;
const MAC_KEY_BYTES = 16;
const IV_BYTES = 16;
const TAG_BYTES = 16;
const CIPHER = 'aes-128-cbc';

/**
 * What the five parts of a compact JWE hold, not yet inflated. `undefined`, with the same work whatever was wrong:
 * padding, length of the key, tag. So neither the answer nor its time tells whether a ciphertext was well padded.
 */
export function decryptRsa15(parts: readonly string[], key: KeyObject): Buffer | undefined {
  const encryptedKey = Buffer.from(parts[1] ?? '', 'base64url');
  return decryptContent(parts, () => decryptCek(encryptedKey, key));
}

/** The same with the message's own key, which is asked for only if the other parts have their lengths. */
export function decryptContent(parts: readonly string[], cekOf: () => Buffer): Buffer | undefined {
  const [header = '', , ...encoded] = parts;
  const [iv, ciphertext, tag] = encoded.map((part) => Buffer.from(part, 'base64url'));
  if (!ciphertext || iv?.length !== IV_BYTES || tag?.length !== TAG_BYTES) return undefined;
  const cek = cekOf();
  const expected = authenticationTag(cek, header, iv, ciphertext);
  if (!timingSafeEqual(expected, tag)) return undefined;
  const decipher = createDecipheriv(CIPHER, cek.subarray(MAC_KEY_BYTES), iv);
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch {
    // The tag was right: whoever sent this knows the key, and that its text is not padded.
    return undefined;
  }
}

/** A compact JWE. `header` is what it begins with, in base64url. */
export function encryptRsa15(payload: Uint8Array, header: string, key: KeyObject): string {
  const cek = randomBytes(CEK_BYTES);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, cek.subarray(MAC_KEY_BYTES), iv);
  const ciphertext = Buffer.concat([cipher.update(payload), cipher.final()]);
  const encryptedKey = publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, cek);
  const parts = [encryptedKey, iv, ciphertext, authenticationTag(cek, header, iv, ciphertext)];
  return [header, ...parts.map((part) => part.toString('base64url'))].join('.');
}

/**
 * The key of a message. It always yields one: where the padding or the length is wrong it is a random key, whose tag
 * is then wrong like any other's. OpenSSL itself answers bad padding with random bytes of random length.
 */
function decryptCek(encryptedKey: Buffer, key: KeyObject): Buffer {
  const random = randomBytes(CEK_BYTES);
  const decrypted = Buffer.alloc(CEK_BYTES);
  let decryptedBytes = 0;
  try {
    const cek = privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, encryptedKey);
    cek.copy(decrypted);
    decryptedBytes = cek.length;
  } catch {
    // Only a number of another length or above the modulus comes here, which its sender knows without us.
  }
  return decryptedBytes === CEK_BYTES ? decrypted : random;
}

function authenticationTag(cek: Buffer, header: string, iv: Buffer, ciphertext: Buffer): Buffer {
  const headerBits = Buffer.alloc(8);
  headerBits.writeBigUInt64BE(BigInt(header.length) * 8n);
  const hmac = createHmac('sha256', cek.subarray(0, MAC_KEY_BYTES));
  const mac = hmac.update(header, 'latin1').update(iv).update(ciphertext).update(headerBits).digest();
  return mac.subarray(0, TAG_BYTES);
}
