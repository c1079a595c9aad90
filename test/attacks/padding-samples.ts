import { constants, type KeyObject, publicEncrypt, randomBytes } from 'node:crypto';
import { decryptJwe, encryptJwe } from '../../src/codecs/jose/jwe-cipher.ts';
import { createSessionKey, encryptPackets } from '../../src/codecs/openpgp/encryption.ts';
import { TAG, writeNumber, writePacket } from '../../src/codecs/openpgp/packets.ts';
import { encodeHeader } from '../codecs/jose/forge.ts';
import * as jose from '../codecs/jose/jwe-vectors.ts';
import { keyOf } from '../codecs/openpgp/forge.ts';
import * as pgp from '../codecs/openpgp/vectors.ts';

/** A message with an encrypted key that an attacker has made. */
export interface PaddingSample {
  /** What the attacker and the log learn of it. */
  answer(): Promise<string>;
  /** Decrypts, as far as it takes to refuse it. */
  decrypt(): void;
}

/** A format that encrypts keys by RSA with the padding of PKCS #1 v1.5. */
export interface PaddedFormat {
  readonly name: string;
  /** The padding that is all right, around a key that is all right but another. */
  readonly good: string;
  /** Every way in which an attacker's guess can be right or wrong. */
  readonly paddings: readonly string[];
  /** Those which could take another time than the good one, if any does. */
  readonly telling: readonly string[];
  sample(padding: string): PaddingSample;
}

/** The block that RSA encrypts when it is well padded: 0, 2, at least eight bytes that aren't 0, 0, the content. */
function block(size: number, content: Buffer): Buffer {
  const padding = randomBytes(size - content.length - 3).map((byte) => (byte === 0 ? 1 : byte));
  return Buffer.concat([Buffer.from([0, 2]), padding, Buffer.from([0]), content]);
}

function changed(bytes: Buffer, at: number, value: number): Buffer {
  bytes[at] = value;
  return bytes;
}

type Pads = Readonly<Record<string, (size: number) => Buffer>>;

const wrongPads = (content: () => Buffer): Pads => ({
  'well padded, empty': (size) => block(size, Buffer.alloc(0)),
  'well padded, as long as can be': (size) => block(size, randomBytes(size - 11)),
  'block of a signature': (size) => changed(block(size, content()), 1, 1),
  'first byte not 0': (size) => changed(block(size, content()), 0, 1),
  'a 0 within the first eight': (size) => changed(block(size, content()), 5, 0),
  'no 0 at all': (size) => Buffer.concat([Buffer.from([0, 2]), Buffer.alloc(size - 2, 7)]),
  random: (size) => changed(randomBytes(size), 0, 0),
});

function encrypted(pads: Pads, padding: string, key: KeyObject): Buffer {
  const pad = pads[padding];
  if (!pad) throw new RangeError(`there is no block called ${padding}`);
  const size = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  return publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, pad(size));
}

/** RSA1_5 is off by default; switched on, it must not tell. */
async function jweFormat(): Promise<PaddedFormat> {
  const pads: Pads = {
    'well padded, a key': (size) => block(size, randomBytes(32)),
    'well padded, a key too short': (size) => block(size, randomBytes(31)),
    'well padded, a key too long': (size) => block(size, randomBytes(33)),
    'well padded, a key for GCM': (size) => block(size, randomBytes(16)),
    ...wrongPads(() => randomBytes(32)),
  };
  const ring = await jose.readRing(['own-older'], ['google'], { purposes: [] });
  const { key } = jose.keyOf(ring, 'decrypt');
  const peer = await jose.readRing(['google'], ['own-older'], { purposes: [] });
  const recipient = jose.keyOf(peer, 'encrypt');
  const algorithms = { alg: 'RSA1_5', enc: 'A128CBC-HS256' } as const;
  const header = encodeHeader({ ...algorithms, kid: recipient.keyId });
  // Each with the vector, text and tag of one and the same message.
  const parts = encryptJwe(randomBytes(600), header, recipient.key, algorithms).split('.');
  return {
    name: 'JWE with RSA1_5',
    good: 'well padded, a key',
    paddings: Object.keys(pads),
    telling: ['random', 'well padded, a key too short', 'well padded, a key too long'],
    sample: (padding) => {
      const forged = parts.with(1, encrypted(pads, padding, recipient.key).toString('base64url'));
      return {
        answer: async () => String(await jose.tryOpen(forged.join('.'), ring, jose.OLDER)),
        decrypt: () => void decryptJwe(forged, key, algorithms),
      };
    },
  };
}

function sessionKeyContent(checksumChange = 0): Buffer {
  const key = randomBytes(32);
  const checksum = Buffer.alloc(2);
  checksum.writeUInt16BE((key.reduce((sum, byte) => sum + byte, 0) + checksumChange) & 0xffff);
  return Buffer.concat([Buffer.from([9]), key, checksum]);
}

async function pgpFormat(): Promise<PaddedFormat> {
  const pads: Pads = {
    'well padded, a session key': (size) => block(size, sessionKeyContent()),
    'well padded, a wrong checksum': (size) => block(size, sessionKeyContent(1)),
    'well padded, an unknown cipher': (size) => block(size, changed(sessionKeyContent(), 0, 2)),
    'well padded, too short': (size) => block(size, randomBytes(16)),
    ...wrongPads(sessionKeyContent),
  };
  const ring = await pgp.readRing(['own-2048'], ['peer-2048']);
  const recipient = keyOf(await pgp.readMirroredRing(['own-2048'], ['peer-2048']), 'encrypt');
  const head = Buffer.from(`03${recipient.keyId}01`, 'hex');
  const text = encryptPackets(randomBytes(600), createSessionKey());
  return {
    name: 'OpenPGP',
    good: 'well padded, a session key',
    paddings: Object.keys(pads),
    telling: ['random', 'well padded, a wrong checksum', 'well padded, too short'],
    sample: (padding) => {
      const number = writeNumber(encrypted(pads, padding, recipient.key));
      const body = pgp.bodyOf(Buffer.concat([writePacket(TAG.sessionKey, head, number), text]));
      return {
        answer: async () => String(pgp.tryOpen(body, ring)),
        decrypt: () => void pgp.tryOpen(body, ring),
      };
    },
  };
}

export const paddedFormats: readonly PaddedFormat[] = [await pgpFormat(), await jweFormat()];
