import {
  constants,
  createCipheriv,
  createHash,
  type KeyObject,
  publicEncrypt,
  randomBytes,
  sign,
} from 'node:crypto';
import { deflateRawSync, deflateSync } from 'node:zlib';

/**
 * OpenPGP packets (RFC 4880), written by hand so that they can also be written wrongly. Only RSA and version 4 keys,
 * as Google uses them.
 */

/** An RSA key that signs. */
export interface PgpSigner {
  readonly keyId: Uint8Array;
  readonly fingerprint: Uint8Array;
  readonly privateKey: KeyObject;
}

/** An RSA key that is encrypted to. */
export interface PgpRecipient {
  readonly keyId: Uint8Array;
  readonly publicKey: KeyObject;
}

export const hashes = { md5: 1, sha1: 2, sha256: 8, sha384: 9, sha512: 10 } as const;
export type PgpHash = keyof typeof hashes;

export const ciphers = {
  'des-ede3': { id: 2, keyBytes: 24, blockBytes: 8 },
  'aes-128': { id: 7, keyBytes: 16, blockBytes: 16 },
  'aes-256': { id: 9, keyBytes: 32, blockBytes: 16 },
} as const;
export type PgpCipher = keyof typeof ciphers;

const rsaSignOrEncrypt = 1;

function packet(tag: number, body: Uint8Array): Buffer {
  const length = body.byteLength;
  const head =
    length < 192
      ? [length]
      : length < 8384
        ? [((length - 192) >> 8) + 192, (length - 192) & 0xff]
        : [0xff, ...uint32(length)];
  return Buffer.concat([Buffer.from([0xc0 | tag, ...head]), body]);
}

export function literal(data: Uint8Array): Buffer {
  return packet(11, Buffer.concat([Buffer.from('b\0'), uint32(nowSeconds()), data]));
}

export function compressed(kind: 'zip' | 'zlib', content: Uint8Array): Buffer {
  const body = kind === 'zip' ? deflateRawSync(content) : deflateSync(content);
  return packet(8, Buffer.concat([Buffer.from([kind === 'zip' ? 1 : 2]), body]));
}

export function onePass(signer: PgpSigner, hash: PgpHash, last: boolean): Buffer {
  const head = Buffer.from([3, 0, hashes[hash], rsaSignOrEncrypt]);
  return packet(4, Buffer.concat([head, signer.keyId, Buffer.from([last ? 1 : 0])]));
}

/** A signature over binary data. */
export function signature(signer: PgpSigner, hash: PgpHash, data: Uint8Array): Buffer {
  const created = subpacket(2, uint32(nowSeconds()));
  const issuer = subpacket(33, Buffer.concat([Buffer.from([4]), signer.fingerprint]));
  const hashed = Buffer.concat([created, issuer]);
  const head = Buffer.concat([
    Buffer.from([4, 0, rsaSignOrEncrypt, hashes[hash]]),
    uint16(hashed.byteLength),
    hashed,
  ]);
  const signed = Buffer.concat([data, head, Buffer.from([4, 0xff]), uint32(head.byteLength)]);
  const digest = createHash(hash).update(signed).digest();
  const unhashed = subpacket(16, signer.keyId);
  const value = sign(hash, signed, signer.privateKey);
  return packet(
    2,
    Buffer.concat([head, uint16(unhashed.byteLength), unhashed, digest.subarray(0, 2), mpi(value)]),
  );
}

export function sessionKeyFor(recipient: PgpRecipient, cipher: PgpCipher, key: Uint8Array): Buffer {
  const checksum = key.reduce((sum, byte) => (sum + byte) & 0xffff, 0);
  const secret = Buffer.concat([Buffer.from([ciphers[cipher].id]), key, uint16(checksum)]);
  const padding = constants.RSA_PKCS1_PADDING;
  const value = publicEncrypt({ key: recipient.publicKey, padding }, secret);
  return packet(
    1,
    Buffer.concat([Buffer.from([3]), recipient.keyId, Buffer.from([rsaSignOrEncrypt]), mpi(value)]),
  );
}

/** Encrypted with a modification detection code. */
export function protectedData(cipher: PgpCipher, key: Uint8Array, content: Uint8Array): Buffer {
  const plain = Buffer.concat([prefix(cipher), content, Buffer.from([0xd3, 0x14])]);
  const code = createHash('sha1').update(plain).digest();
  const sealed = encrypt(cipher, key, Buffer.concat([plain, code]), zeroes(cipher));
  return packet(18, Buffer.concat([Buffer.from([1]), sealed]));
}

/** Encrypted without any protection of its integrity, in the oldest form. */
export function unprotectedData(cipher: PgpCipher, key: Uint8Array, content: Uint8Array): Buffer {
  const { blockBytes } = ciphers[cipher];
  const head = encrypt(cipher, key, prefix(cipher), zeroes(cipher));
  const body = encrypt(cipher, key, content, head.subarray(2, blockBytes + 2));
  return packet(9, Buffer.concat([head, body]));
}

export function newSessionKey(cipher: PgpCipher): Buffer {
  return randomBytes(ciphers[cipher].keyBytes);
}

/** The fingerprint of a version 4 RSA key made at that second. */
export function fingerprintOf(publicKey: KeyObject, createdAtSeconds: number): Buffer {
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const numbers = [n, e].map((number) => mpi(Buffer.from(number, 'base64url')));
  const body = Buffer.concat([
    Buffer.from([4]),
    uint32(createdAtSeconds),
    Buffer.from([rsaSignOrEncrypt]),
    ...numbers,
  ]);
  return createHash('sha1')
    .update(Buffer.from([0x99]))
    .update(uint16(body.byteLength))
    .update(body)
    .digest();
}

export function armored(message: Uint8Array): Buffer {
  const lines =
    Buffer.from(message)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return Buffer.from(`-----BEGIN PGP MESSAGE-----\n\n${lines.join('\n')}\n-----END PGP MESSAGE-----\n`);
}

/** Random bytes, the last two of them twice: how every encrypted packet begins. */
function prefix(cipher: PgpCipher): Buffer {
  const random = randomBytes(ciphers[cipher].blockBytes);
  return Buffer.concat([random, random.subarray(-2)]);
}

function encrypt(cipher: PgpCipher, key: Uint8Array, plain: Uint8Array, iv: Uint8Array): Buffer {
  const feedback = createCipheriv(`${cipher}-cfb`, key, iv);
  return Buffer.concat([feedback.update(plain), feedback.final()]);
}

const zeroes = (cipher: PgpCipher) => Buffer.alloc(ciphers[cipher].blockBytes);

function subpacket(type: number, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([body.byteLength + 1, type]), body]);
}

function mpi(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const number = bytes.subarray(start);
  const bits = number.byteLength * 8 - Math.clz32(number[0] ?? 0) + 24;
  return Buffer.concat([uint16(bits), number]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const nowSeconds = () => Math.floor(Date.now() / 1000);
