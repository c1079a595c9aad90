import { constants, type KeyObject, publicEncrypt, randomBytes } from 'node:crypto';
import { encryptRsa15 } from '../../src/codecs/jose/jwe-rsa1-5.ts';
import { encodeHeader } from '../codecs/jose/forge.ts';

/** The block that RSA encrypts when it is well padded: 0, 2, at least eight bytes that aren't 0, 0, the content. */
function block(size: number, content: Buffer): Buffer {
  const padding = randomBytes(size - content.length - 3).map((byte) => (byte === 0 ? 1 : byte));
  return Buffer.concat([Buffer.from([0, 2]), padding, Buffer.from([0]), content]);
}

function changed(bytes: Buffer, at: number, value: number): Buffer {
  bytes[at] = value;
  return bytes;
}

/** Every way in which an attacker's guess can be right or wrong, up to a key that is all right but another. */
export const PADDINGS: Readonly<Record<string, (size: number) => Buffer>> = {
  'well padded, a key': (size) => block(size, randomBytes(32)),
  'well padded, a key too short': (size) => block(size, randomBytes(31)),
  'well padded, a key too long': (size) => block(size, randomBytes(33)),
  'well padded, a key for GCM': (size) => block(size, randomBytes(16)),
  'well padded, empty': (size) => block(size, Buffer.alloc(0)),
  'well padded, as long as can be': (size) => block(size, randomBytes(size - 11)),
  'block of a signature': (size) => changed(block(size, randomBytes(32)), 1, 1),
  'first byte not 0': (size) => changed(block(size, randomBytes(32)), 0, 1),
  'a 0 within the first eight': (size) => changed(block(size, randomBytes(32)), 5, 0),
  'no 0 at all': (size) => Buffer.concat([Buffer.from([0, 2]), Buffer.alloc(size - 2, 7)]),
  random: (size) => changed(randomBytes(size), 0, 0),
};

/** Other JWEs with the encrypted key of each kind, each with the vector, text and tag of one and the same message. */
export function sampleMaker(kid: string, recipient: KeyObject): (padding: string) => string {
  const header = encodeHeader({ alg: 'RSA1_5', enc: 'A128CBC-HS256', kid });
  const parts = encryptRsa15(randomBytes(600), header, recipient).split('.');
  const size = (recipient.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  return (padding) => {
    const pad = PADDINGS[padding];
    if (!pad) throw new RangeError(`there is no block called ${padding}`);
    const encrypted = publicEncrypt({ key: recipient, padding: constants.RSA_NO_PADDING }, pad(size));
    return parts.with(1, encrypted.toString('base64url')).join('.');
  };
}
