import {
  constants,
  createCipheriv,
  createHmac,
  type KeyObject,
  publicEncrypt,
  randomBytes,
  sign,
} from 'node:crypto';

/* Compact JOSE objects made by hand, right or wrong in any way, with node:crypto alone. */

export function encode(bytes: Uint8Array | string): string {
  return Buffer.from(bytes).toString('base64url');
}

/** A header as text, so that it may be wrong, or as the object that it stands for. */
export type Header = string | Readonly<Record<string, unknown>>;

export function encodeHeader(header: Header): string {
  return encode(typeof header === 'string' ? header : JSON.stringify(header));
}

/** RSA-OAEP-256 and A256GCM, whatever the header says. */
export function forgeJwe(header: Header, content: Uint8Array | string, recipient: KeyObject): string {
  const cek = randomBytes(32);
  const oaep = { key: recipient, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  const protectedHeader = encodeHeader(header);
  return [protectedHeader, encode(publicEncrypt(oaep, cek)), ...gcmParts(protectedHeader, content, cek)].join(
    '.',
  );
}

/** Initialization vector, ciphertext and tag. */
export function gcmParts(protectedHeader: string, content: Uint8Array | string, cek: Uint8Array): string[] {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', cek, iv).setAAD(Buffer.from(protectedHeader));
  const ciphertext = Buffer.concat([cipher.update(content), cipher.final()]);
  return [iv, ciphertext, cipher.getAuthTag()].map(encode);
}

/** RS256, whatever the header says. */
export function forgeJws(header: Header, payload: Uint8Array | string, signer: KeyObject): string {
  const input = `${encodeHeader(header)}.${encode(payload)}`;
  return `${input}.${encode(sign('sha256', Buffer.from(input), signer))}`;
}

export function forgeHmacJws(
  header: Header,
  payload: Uint8Array | string,
  secret: Uint8Array | string,
): string {
  const input = `${encodeHeader(header)}.${encode(payload)}`;
  return `${input}.${encode(createHmac('sha256', secret).update(input).digest())}`;
}

/** AES-CBC with HMAC, as strong as the key is long: what follows the encrypted key. The tag is right, whatever the rest is. */
export function cbcParts(
  protectedHeader: string,
  content: Uint8Array,
  cek: Uint8Array,
  { padded = true, ivBytes = 16 } = {},
): string[] {
  const iv = randomBytes(16);
  const half = Math.max(16, cek.length / 2);
  const cipher = createCipheriv(`aes-${half * 8}-cbc`, cek.subarray(half, half * 2), iv).setAutoPadding(
    padded,
  );
  const ciphertext = Buffer.concat([cipher.update(content), cipher.final()]);
  const sentIv = Buffer.concat([iv, iv]).subarray(0, ivBytes);
  const headerBits = Buffer.alloc(8);
  headerBits.writeUInt32BE(protectedHeader.length * 8, 4);
  const hmac = createHmac(`sha${half * 16}`, cek.subarray(0, half))
    .update(protectedHeader)
    .update(sentIv);
  const tag = hmac.update(ciphertext).update(headerBits).digest().subarray(0, half);
  return [sentIv, ciphertext, tag].map(encode);
}
