import {
  type CipherGCMTypes,
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { ContentEncryption } from './algorithms.ts';

/*
 * How a message is encrypted with its own key: RFC 7518 sections 5.2 (AES-CBC with HMAC-SHA2) and 5.3 (AES-GCM).
 */

interface Family {
  readonly cekBytes: number;
  readonly ivBytes: number;
  readonly tagBytes: number;
  readonly encrypt: (terms: Terms, payload: Uint8Array) => { ciphertext: Buffer; tag: Buffer };
  /** Throws, or yields `undefined`, if the tag isn't the one of these bytes. */
  readonly decrypt: (terms: Terms, ciphertext: Buffer, tag: Buffer) => Buffer | undefined;
}

interface Terms {
  readonly cek: Buffer;
  readonly iv: Buffer;
  /** What is authenticated beside the ciphertext: the header as it stands in the message. */
  readonly header: Buffer;
}

const GCM_TAG = { authTagLength: 16 } as const;

function gcm(keyBytes: number, cipher: CipherGCMTypes): Family {
  return {
    cekBytes: keyBytes,
    ivBytes: 12,
    tagBytes: GCM_TAG.authTagLength,
    encrypt({ cek, iv, header }, payload) {
      const encryption = createCipheriv(cipher, cek, iv, GCM_TAG).setAAD(header);
      const ciphertext = Buffer.concat([encryption.update(payload), encryption.final()]);
      return { ciphertext, tag: encryption.getAuthTag() };
    },
    decrypt({ cek, iv, header }, ciphertext, tag) {
      const decryption = createDecipheriv(cipher, cek, iv, GCM_TAG).setAAD(header).setAuthTag(tag);
      return Buffer.concat([decryption.update(ciphertext), decryption.final()]);
    },
  };
}

/** `bytes`: of the key of the cipher, of the key of the HMAC before it, and of the tag alike. */
function cbcHmac(bytes: number, cipher: string, digest: string): Family {
  function tagOf({ cek, iv, header }: Terms, ciphertext: Buffer): Buffer {
    const headerBits = Buffer.alloc(8);
    headerBits.writeBigUInt64BE(BigInt(header.length) * 8n);
    const hmac = createHmac(digest, cek.subarray(0, bytes));
    return hmac.update(header).update(iv).update(ciphertext).update(headerBits).digest().subarray(0, bytes);
  }
  return {
    cekBytes: 2 * bytes,
    ivBytes: 16,
    tagBytes: bytes,
    encrypt(terms, payload) {
      const encryption = createCipheriv(cipher, terms.cek.subarray(bytes), terms.iv);
      const ciphertext = Buffer.concat([encryption.update(payload), encryption.final()]);
      return { ciphertext, tag: tagOf(terms, ciphertext) };
    },
    decrypt(terms, ciphertext, tag) {
      if (!timingSafeEqual(tagOf(terms, ciphertext), tag)) return undefined;
      const decryption = createDecipheriv(cipher, terms.cek.subarray(bytes), terms.iv);
      return Buffer.concat([decryption.update(ciphertext), decryption.final()]);
    },
  };
}

const FAMILIES: Readonly<Record<ContentEncryption, Family>> = {
  A256GCM: gcm(32, 'aes-256-gcm'),
  A192GCM: gcm(24, 'aes-192-gcm'),
  A128GCM: gcm(16, 'aes-128-gcm'),
  'A256CBC-HS512': cbcHmac(32, 'aes-256-cbc', 'sha512'),
  'A192CBC-HS384': cbcHmac(24, 'aes-192-cbc', 'sha384'),
  'A128CBC-HS256': cbcHmac(16, 'aes-128-cbc', 'sha256'),
};

/** How long a message's own key is. */
export function cekBytesOf(enc: ContentEncryption): number {
  return FAMILIES[enc].cekBytes;
}

/** Whether the initialization vector and the tag have the lengths of the algorithm, in bytes. */
export function hasLengths(enc: ContentEncryption, ivBytes: number, tagBytes: number): boolean {
  return FAMILIES[enc].ivBytes === ivBytes && FAMILIES[enc].tagBytes === tagBytes;
}

/**
 * The content of the five parts of a compact JWE. The message's own key is asked for only if the other parts have their
 * lengths. `undefined`: they haven't, the tag is wrong, or what it is right for isn't padded.
 */
export function decryptContent(
  parts: readonly string[],
  enc: ContentEncryption,
  cekOf: () => Buffer,
): Buffer | undefined {
  const [header = '', , ...encoded] = parts;
  const [iv, ciphertext, tag] = encoded.map((part) => Buffer.from(part, 'base64url'));
  if (!iv || !ciphertext || !tag || !hasLengths(enc, iv.length, tag.length)) return undefined;
  const terms = { cek: cekOf(), iv, header: Buffer.from(header, 'latin1') };
  try {
    return FAMILIES[enc].decrypt(terms, ciphertext, tag);
  } catch {
    // The tag was wrong; or right, and whoever sent this knows the key, and that its text is not padded.
    return undefined;
  }
}

/** `header` is in base64url; `cek` has the bytes that `cekBytesOf` says, and is used for nothing else. */
export function encryptContent(
  payload: Uint8Array,
  header: string,
  enc: ContentEncryption,
  cek: Buffer,
): { readonly iv: Buffer; readonly ciphertext: Buffer; readonly tag: Buffer } {
  const { ivBytes, encrypt } = FAMILIES[enc];
  const iv = randomBytes(ivBytes);
  return { iv, ...encrypt({ cek, iv, header: Buffer.from(header, 'latin1') }, payload) };
}
