import { randomBytes } from 'node:crypto';
import { createSystemClock } from '../../src/adapters/system/system-clock.ts';
import { encodeBase64Url } from '../../src/codecs/base64url.ts';
import { readPgpKeyRing } from '../../src/codecs/openpgp/keys.ts';
import { TAG, writeNumber, writePacket } from '../../src/codecs/openpgp/packets.ts';
import { type Format, makeKeyPair, type SealedKeys, startOwnCodec } from '../sealed-keys.ts';
import { echoBody } from './messages.ts';

export type StrangerKind = 'garbage' | 'to our key id' | 'to hidden recipients' | 'sealed by a stranger';

export const STRANGER_KINDS: readonly StrangerKind[] = [
  'garbage',
  'to our key id',
  'to hidden recipients',
  'sealed by a stranger',
];

const COUNT = 200;

/** What somebody without any key of Google's can send. */
export async function strangersBodies(kind: StrangerKind, keys: SealedKeys): Promise<readonly Uint8Array[]> {
  if (kind === 'sealed by a stranger') return sealedByStranger(keys);
  const make = keys.format === 'pgp' ? await pgpMaker(kind, keys) : joseMaker(kind, keys);
  return Array.from({ length: COUNT }, make);
}

async function sealedByStranger(keys: SealedKeys): Promise<readonly Uint8Array[]> {
  const stranger = await makeKeyPair(keys.format, 'stranger', keys.rsaBits);
  const codec = await startOwnCodec({ ...keys, ours: stranger, google: keys.ours }, createSystemClock(), 2);
  const bodies = await Promise.all(Array.from({ length: COUNT }, () => codec.seal(echoBody())));
  await codec.close();
  return bodies;
}

function joseMaker(kind: StrangerKind, { ours, rsaBits }: SealedKeys): () => Uint8Array {
  if (kind === 'garbage') return () => Buffer.from('a.a.a.a.a');
  const { keys } = JSON.parse(ours.publicKey) as { keys: { use: string; kid: string }[] };
  const kid = keys.find(({ use }) => use === 'enc')?.kid;
  const named = kind === 'to our key id' ? { kid } : {};
  const header = JSON.stringify({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT', ...named });
  return () => {
    // Below any modulus of that length.
    const encrypted = Buffer.concat([Buffer.alloc(1, 1), randomBytes(rsaBits / 8 - 1)]);
    const parts = [Buffer.from(header), encrypted, randomBytes(12), randomBytes(600), randomBytes(16)];
    return Buffer.from(parts.map((part) => part.toString('base64url')).join('.'));
  };
}

async function pgpMaker(kind: StrangerKind, { ours, google, rsaBits }: SealedKeys) {
  if (kind === 'garbage') return () => Buffer.from('AAAA');
  const ring = await readPgpKeyRing({
    ours: [{ name: 'own', bytes: Buffer.from(ours.privateKey) }],
    google: [{ name: 'peer', bytes: Buffer.from(google.publicKey) }],
    graceMs: 0,
    nowMs: Date.now(),
  });
  const [key] = ring.usable('decrypt', Date.now());
  const named = kind === 'to our key id';
  const keyId = Buffer.from(named ? (key?.keyId ?? '') : '0'.repeat(16), 'hex');
  return () => {
    // Unnamed ones have all keys tried on all of them, up to a bound.
    const recipients = Array.from({ length: named ? 1 : 8 }, () => {
      const encrypted = Buffer.concat([Buffer.alloc(1, 1), randomBytes(rsaBits / 8 - 1)]);
      return writePacket(TAG.sessionKey, Buffer.from([3]), keyId, Buffer.from([1]), writeNumber(encrypted));
    });
    const data = writePacket(TAG.encrypted, Buffer.from([1]), randomBytes(600));
    return encodeBase64Url(Buffer.concat([...recipients, data]));
  };
}

export const contentTypeOf = (format: Format) =>
  format === 'pgp' ? 'application/octet-stream' : 'application/jose';
