import assert from 'node:assert/strict';
import { deflateRawSync } from 'node:zlib';
import { decodeBase64Url } from '../../src/codecs/base64url.ts';
import { BodyRefused } from '../../src/codecs/body-fault.ts';
import { KeyRing } from '../../src/codecs/keys/key-ring.ts';
import { readArmor, writeArmor } from '../../src/codecs/openpgp/armor.ts';
import { inflatePacket } from '../../src/codecs/openpgp/compression.ts';
import { decryptPackets, encryptPackets, isProtected } from '../../src/codecs/openpgp/encryption.ts';
import { openMessage } from '../../src/codecs/openpgp/message.ts';
import { readPackets, TAG, writePacket } from '../../src/codecs/openpgp/packets.ts';
import { readRecipient } from '../../src/codecs/openpgp/session-key.ts';
import {
  createOnePass,
  createSignature,
  formFault,
  readSignature,
  verifySignature,
} from '../../src/codecs/openpgp/signature.ts';
import { readSignedData } from '../../src/codecs/openpgp/signed-data.ts';
import { keyOf, literal } from '../codecs/openpgp/forge.ts';
import {
  bodyOf,
  keyBytes,
  NOW_MS,
  readMirroredRing,
  readRing,
  readVectors,
} from '../codecs/openpgp/vectors.ts';
import type { FuzzTarget } from './fuzz.ts';

const INFLATED_BYTES_MAX = 100_000;
const DATA = Buffer.from('what was signed');
const SESSION_KEY = { cipher: 9, key: Buffer.alloc(32, 7) };

const messages = readVectors('accepted').map(({ message }) => readArmor(message) ?? message);
// A certificate has packets and signatures with many kinds of subpackets in the clear.
const certificate = readArmorOfKey(keyBytes('peer-subkeys.public'));
// Small ones, since most of their bytes are alike to the readers of the outside.
const small = [...messages].sort((a, b) => a.length - b.length).slice(0, 6);
const texts = [1, 2, 3, 30, 100, 200].map((length) => bodyOf(small[0]?.subarray(0, length) ?? assert.fail()));
const bodies = (tag: number) =>
  [...messages, certificate]
    .flatMap((bytes) => readPackets(bytes) ?? [])
    .flatMap((packet) => (packet.tag === tag ? [packet.body] : []));

const signing = keyOf(await readMirroredRing(['own-2048'], ['peer-2048']), 'sign');
const verifying = keyOf(await readRing(['own-2048'], ['peer-2048']), 'verify');
const signaturePacket = createSignature(DATA, signing, NOW_MS);
const signature = readPackets(signaturePacket)?.[0]?.body ?? assert.fail();
const signed = Buffer.concat([createOnePass(signing, true), literal(DATA), signaturePacket]);
const deflated = writePacket(TAG.compressed, Buffer.from([1]), deflateRawSync(signed));
const encrypted = readPackets(encryptPackets(signed, SESSION_KEY))?.[0]?.body ?? assert.fail();
const noKeys = new KeyRing<never>([], 0);

/** Everything that reads bytes of others before a signature was verified, RSA left out. */
export const pgpTargets: readonly FuzzTarget[] = [
  { name: 'base64url', read: readBase64Url, corpus: texts, words: ['=', '==', '\n', '\r\n', '+/'] },
  {
    name: 'armor',
    read: readArmor,
    corpus: small.map(writeArmor),
    words: ['\n\n', '-----', '=AAAA', 'Hash: SHA512'],
  },
  { name: 'OpenPGP packets', read: readPackets, corpus: [...messages, certificate] },
  { name: 'OpenPGP recipients', read: readRecipient, corpus: bodies(TAG.sessionKey) },
  { name: 'OpenPGP signatures', read: readForm, corpus: [...bodies(TAG.signature), signature] },
  {
    name: 'OpenPGP compression',
    read: (input) => inflatePacket(input, INFLATED_BYTES_MAX),
    corpus: [Buffer.from('01cb48cdc9c95728cf2fca49010000', 'hex')],
    share: 0.1,
  },
  { name: 'OpenPGP integrity', read: readProtected, corpus: [encrypted], share: 0.1 },
  {
    name: 'OpenPGP signed data',
    read: (input) => unlessRefused(() => readSignedData(input)),
    corpus: [signed, deflated],
  },
  { name: 'OpenPGP verification', read: verifyForgery, corpus: [signature], share: 0.2 },
  { name: 'OpenPGP messages', read: openWithoutKeys, corpus: small.map(bodyOf), share: 0.3 },
];

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Map(Array.from(ALPHABET, (character, value) => [character.charCodeAt(0), value]));

/** Beside a second reader, which goes by the letter of RFC 4648. */
function readBase64Url(input: Buffer): Buffer | undefined {
  const read = decodeBase64Url(input);
  const expected = decodeByTheBook(input);
  assert.ok(read === undefined ? expected === undefined : expected?.equals(read), 'two readers differ');
  return read;
}

function decodeByTheBook(input: Buffer): Buffer | undefined {
  let end = input.length;
  if (input[end - 1] === 0x0a) end -= input[end - 2] === 0x0d ? 2 : 1;
  const withPadding = end;
  while (end > 0 && withPadding - end < 3 && input[end - 1] === 0x3d) end -= 1;
  const padding = withPadding - end;
  const rest = end % 4;
  if (end === 0 || rest === 1 || (padding > 0 && padding !== (4 - rest) % 4)) return undefined;
  const bytes = Buffer.alloc(Math.floor((end * 3) / 4));
  let bits = 0;
  let bitCount = 0;
  let written = 0;
  for (let at = 0; at < end; at += 1) {
    const value = VALUES.get(input[at] ?? 0);
    if (value === undefined) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    bitCount += 6;
    if (bitCount < 8) continue;
    bitCount -= 8;
    bytes[written] = (bits >> bitCount) & 0xff;
    written += 1;
  }
  return (bits & ((1 << bitCount) - 1)) === 0 ? bytes : undefined;
}

function readForm(input: Buffer): unknown {
  const read = readSignature(input);
  return read === undefined || formFault(read) ? undefined : read;
}

/** With the session key known to whoever changes the ciphertext, nothing but the original is to come out. */
function readProtected(input: Buffer): Buffer | undefined {
  const plain = isProtected(input) ? decryptPackets(input, SESSION_KEY) : undefined;
  assert.ok(plain === undefined || input.equals(encrypted), 'another ciphertext was taken');
  return plain;
}

/** What isn't hashed may be changed, nothing else. */
function verifyForgery(input: Buffer): unknown {
  const read = readSignature(input);
  if (read === undefined || !verifySignature(read, DATA, verifying)) return undefined;
  const original = readSignature(signature);
  assert.ok(
    original?.hashed.equals(read.hashed) && original.number.equals(read.number),
    'a forgery was taken',
  );
  return read;
}

/** As far as a message gets without a key, for there is none. What it is refused for tells how far that was. */
function openWithoutKeys(input: Buffer): BodyRefused | undefined {
  try {
    openMessage(input, noKeys, NOW_MS);
  } catch (error) {
    if (!(error instanceof BodyRefused)) throw error;
    return error.reason === 'not-for-us' ? error : undefined;
  }
  throw new Error('a message was opened without a key');
}

function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof BodyRefused) return undefined;
    throw error;
  }
}

function readArmorOfKey(key: Buffer): Buffer {
  const [, text = ''] = key.toString('latin1').split('\n\n');
  return Buffer.from(text.split('\n=')[0] ?? '', 'base64');
}
