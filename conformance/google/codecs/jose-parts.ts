import {
  constants,
  createCipheriv,
  createHmac,
  type KeyObject,
  publicEncrypt,
  randomBytes,
  sign,
} from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

/** JWS and JWE in compact form, written by hand so that they can also be written wrongly. */

export interface JsonHeader {
  readonly [name: string]: unknown;
  readonly alg?: unknown;
  readonly enc?: unknown;
  readonly kid?: unknown;
  readonly zip?: unknown;
}

const encode = (value: Uint8Array | string) => Buffer.from(value).toString('base64url');
const encodeHeader = (header: JsonHeader) => encode(JSON.stringify(header));

/** Signs with what `alg` says; `none` gives an empty signature, HS256 takes the bytes of a public key for a secret. */
export function compactJws(header: JsonHeader, payload: Uint8Array, key: KeyObject | undefined): string {
  const input = `${encodeHeader(header)}.${encode(payload)}`;
  return `${input}.${encode(signatureOf(String(header.alg), Buffer.from(input), key))}`;
}

function signatureOf(alg: string, input: Uint8Array, key: KeyObject | undefined): Uint8Array {
  if (key === undefined) return new Uint8Array();
  switch (alg) {
    case 'HS256':
      return createHmac('sha256', key.export({ type: 'spki', format: 'pem' }))
        .update(input)
        .digest();
    case 'PS256':
      return sign('sha256', input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
    case 'ES256':
      return sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' });
    default:
      return sign('sha256', input, key);
  }
}

/** Encrypts with what `alg` and `enc` say; `zip: DEF` compresses first. */
export function compactJwe(header: JsonHeader, payload: Uint8Array, key: KeyObject): string {
  const head = encodeHeader(header);
  const contentKey = randomBytes(keyBytes(header));
  const plain = header.zip === 'DEF' ? deflateRawSync(payload) : payload;
  const [iv, sealed, tag] = encrypt(String(header.enc), contentKey, plain, Buffer.from(head, 'latin1'));
  return [
    head,
    encode(wrapped(String(header.alg), contentKey, key)),
    encode(iv),
    encode(sealed),
    encode(tag),
  ].join('.');
}

function keyBytes(header: JsonHeader): number {
  return header.enc === 'A128GCM' ? 16 : 32;
}

function wrapped(alg: string, contentKey: Uint8Array, key: KeyObject): Uint8Array {
  switch (alg) {
    case 'RSA1_5':
      return publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, contentKey);
    case 'RSA-OAEP':
      return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, contentKey);
    default:
      return publicEncrypt(
        { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
        contentKey,
      );
  }
}

type Sealed = readonly [iv: Uint8Array, sealed: Uint8Array, tag: Uint8Array];

function encrypt(enc: string, key: Buffer, plain: Uint8Array, aad: Uint8Array): Sealed {
  if (enc === 'A128CBC-HS256') return encryptCbc(key, plain, aad);
  const iv = randomBytes(12);
  const cipher = createCipheriv(enc === 'A128GCM' ? 'aes-128-gcm' : 'aes-256-gcm', key, iv).setAAD(aad);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return [iv, sealed, cipher.getAuthTag()];
}

function encryptCbc(key: Buffer, plain: Uint8Array, aad: Uint8Array): Sealed {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  const bits = Buffer.alloc(8);
  bits.writeBigUInt64BE(BigInt(aad.byteLength * 8));
  const code = createHmac('sha256', key.subarray(0, 16)).update(aad).update(iv).update(sealed).update(bits);
  return [iv, sealed, code.digest().subarray(0, 16)];
}
