import { constants, hash, type KeyObject, privateEncrypt, publicEncrypt } from 'node:crypto';

/* Padded blocks made by hand, right or wrong in any way; RSA itself then only raises to a power. */

export const MODULUS_BYTES = 256;

/** What comes before the digest in a signature: RFC 8017 section 9.2, note 1. */
const DIGEST_INFO = {
  sha1: '3021300906052b0e03021a05000414',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
} as const;
export type Digest = keyof typeof DIGEST_INFO;

function digestInfo(digest: Digest, data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(DIGEST_INFO[digest], 'hex'), hash(digest, data, 'buffer')]);
}

const filled = (bytes: number, value = 0xff) => Buffer.alloc(Math.max(0, bytes), value);
const fromHex = (hex: string) => Buffer.from(hex, 'hex');
/** Block type 1 of PKCS#1 v1.5 around `end`, which reaches to the last byte. */
const type1 = (end: Buffer) =>
  Buffer.concat([fromHex('0001'), filled(MODULUS_BYTES - 3 - end.length), fromHex('00'), end]);
/** The same with only eight bytes of padding, and as much behind as there is room for. */
const short = (end: Buffer, behind = 0xff) => {
  const start = Buffer.concat([fromHex('0001'), filled(8), fromHex('00'), end]);
  return Buffer.concat([start, filled(MODULUS_BYTES - start.length, behind)]);
};
const edited = (block: Buffer, at: number, value: number) => {
  block[at] = value;
  return block;
};

/** The block of a right signature. */
export function signatureBlock(digest: Digest, data: Uint8Array): Buffer {
  return type1(digestInfo(digest, data));
}

/** Blocks which a careless reader, above all one that searches from the front, takes for the right one. */
export function wrongSignatureBlocks(digest: Digest, data: Uint8Array): Readonly<Record<string, Buffer>> {
  const info = digestInfo(digest, data);
  const value = hash(digest, data, 'buffer');
  const oid = Buffer.from(DIGEST_INFO[digest], 'hex').subarray(4, 15);
  const sequence = (...parts: Buffer[]) => {
    const body = Buffer.concat(parts);
    return Buffer.concat([Buffer.from([0x30, body.length]), body]);
  };
  const octets = Buffer.concat([Buffer.from([4, value.length]), value]);
  const nothing = fromHex('0500');
  const right = () => signatureBlock(digest, data);
  return {
    'garbage behind the digest': short(info),
    'zeros behind the digest': short(info, 0),
    'garbage within the structure': type1(sequence(sequence(oid, nothing), octets, fromHex('0404ffffffff'))),
    'garbage in the parameters': type1(sequence(sequence(oid, fromHex('0504ffffffff')), octets)),
    'no parameters': type1(sequence(sequence(oid), octets)),
    'a long form of length': type1(Buffer.concat([fromHex('3081'), info.subarray(1, 2), info.subarray(2)])),
    'an indefinite length': type1(Buffer.concat([fromHex('3080'), info.subarray(2), fromHex('0000')])),
    'the digest alone': type1(value),
    'another digest of the same data': signatureBlock(digest === 'sha512' ? 'sha256' : 'sha512', data),
    'SHA-1 of the same data': signatureBlock('sha1', data),
    'the right name around a shorter digest': type1(info.subarray(0, -1)),
    'a byte of padding that is not FF': edited(right(), 100, 0xfe),
    'an early end of the padding': edited(right(), 100, 0),
    'no end of the padding': edited(right(), MODULUS_BYTES - info.length - 1, 0xff),
    'block type 2': edited(right(), 1, 2),
    'block type 0': edited(right(), 1, 0),
    'a first byte that is not 0': edited(right(), 0, 1),
    'the digest changed in its last bit': edited(right(), MODULUS_BYTES - 1, (info.at(-1) ?? 0) ^ 1),
    'everything one byte to the left': Buffer.concat([right().subarray(1), fromHex('00')]),
  };
}

export function raisedByPrivateKey(block: Buffer, key: KeyObject): Buffer {
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, block);
}

export function raisedByPublicKey(block: Buffer, key: KeyObject): Buffer {
  return publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, block);
}

/** The modulus and what is about as large, as a key's number would be written. */
export function numbersAround(key: KeyObject, number: Buffer): Readonly<Record<string, Buffer>> {
  const modulus = Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url');
  const n = BigInt(`0x${modulus.toString('hex')}`);
  const write = (value: bigint) => {
    const hex = value.toString(16);
    return Buffer.from(hex.padStart(Math.max(2 * MODULUS_BYTES, hex.length + (hex.length % 2)), '0'), 'hex');
  };
  return {
    'the number 0': write(0n),
    'the number 1': write(1n),
    'the modulus less 1': write(n - 1n),
    'the modulus': write(n),
    'the number and the modulus': write(BigInt(`0x${number.toString('hex')}`) + n),
    'a 0 in front': Buffer.concat([fromHex('00'), number]),
    'a 0 behind': Buffer.concat([number, fromHex('00')]),
    'the last byte missing': number.subarray(0, -1),
    'the first byte missing': number.subarray(1),
    'one byte': fromHex('01'),
    'all FF': filled(MODULUS_BYTES),
  };
}

/** RFC 8017 appendix B.2.1. */
export function mask(seed: Buffer, bytes: number, digest: string): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; blocks.length * 20 < bytes; at += 1) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(at);
    blocks.push(hash(digest, Buffer.concat([seed, counter]), 'buffer'));
  }
  return Buffer.concat(blocks).subarray(0, bytes);
}

export function xor(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, at) => byte ^ (other[at] ?? 0)));
}
