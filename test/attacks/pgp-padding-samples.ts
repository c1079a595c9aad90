import { constants, publicEncrypt, randomBytes } from 'node:crypto';
import { createSessionKey, encryptPackets } from '../../src/codecs/openpgp/encryption.ts';
import type { PgpKey } from '../../src/codecs/openpgp/key.ts';
import { TAG, writeNumber, writePacket } from '../../src/codecs/openpgp/packets.ts';
import { bodyOf } from '../codecs/openpgp/vectors.ts';

/** The block that RSA encrypts when it is well padded: 0, 2, at least eight bytes that aren't 0, 0, the content. */
function block(size: number, content: Buffer): Buffer {
  const padding = randomBytes(size - content.length - 3).map((byte) => (byte === 0 ? 1 : byte));
  return Buffer.concat([Buffer.from([0, 2]), padding, Buffer.from([0]), content]);
}

function sessionKeyContent(checksumChange = 0): Buffer {
  const key = randomBytes(32);
  const checksum = Buffer.alloc(2);
  checksum.writeUInt16BE((key.reduce((sum, byte) => sum + byte, 0) + checksumChange) & 0xffff);
  return Buffer.concat([Buffer.from([9]), key, checksum]);
}

function changed(bytes: Buffer, at: number, value: number): Buffer {
  bytes[at] = value;
  return bytes;
}

/** Every way in which an attacker's guess can be right or wrong, up to a session key that is all right but another. */
export const PADDINGS: Readonly<Record<string, (size: number) => Buffer>> = {
  'well padded, a session key': (size) => block(size, sessionKeyContent()),
  'well padded, a wrong checksum': (size) => block(size, sessionKeyContent(1)),
  'well padded, an unknown cipher': (size) => block(size, changed(sessionKeyContent(), 0, 2)),
  'well padded, too short': (size) => block(size, randomBytes(16)),
  'well padded, empty': (size) => block(size, Buffer.alloc(0)),
  'well padded, as long as can be': (size) => block(size, randomBytes(size - 11)),
  'block of a signature': (size) => changed(block(size, sessionKeyContent()), 1, 1),
  'first byte not 0': (size) => changed(block(size, sessionKeyContent()), 0, 1),
  'a 0 within the first eight': (size) => changed(block(size, sessionKeyContent()), 5, 0),
  'no 0 at all': (size) => Buffer.concat([Buffer.from([0, 2]), Buffer.alloc(size - 2, 7)]),
  random: (size) => changed(randomBytes(size), 0, 0),
};

/** A body whose session key is encrypted in that block, and whose text is encrypted with another one. */
export function bodyWithBlock(padded: Buffer, recipient: PgpKey, text: Buffer): Buffer {
  const encrypted = publicEncrypt({ key: recipient.key, padding: constants.RSA_NO_PADDING }, padded);
  const head = Buffer.from(`03${recipient.keyId}01`, 'hex');
  return bodyOf(Buffer.concat([writePacket(TAG.sessionKey, head, writeNumber(encrypted)), text]));
}

/** Encrypted data to go with `bodyWithBlock`. */
export function anyText(): Buffer {
  return encryptPackets(randomBytes(600), createSessionKey());
}
