import { decodeBase64Url, encodeBase64Url } from '../base64url.ts';
import { type BodyFault, BodyRefused } from '../body-fault.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { isArmored, readArmor, writeArmor } from './armor.ts';
import { createSessionKey, decryptPackets, encryptPackets, isProtected } from './encryption.ts';
import type { PgpKey } from './key.ts';
import { readPackets, TAG, writePacket } from './packets.ts';
import {
  type Attempt,
  decryptSessionKey,
  planAttempts,
  readRecipient,
  writeRecipient,
} from './session-key.ts';
import { createOnePass, createSignature, formFault, readSignature, verifySignature } from './signature.ts';
import { readSignedData } from './signed-data.ts';

/** Of a body as it is sent. A request has about a thousand bytes. */
const BODY_BYTES_MAX = 256 * 1024;
/** Private-key operations on one message: two recipients of ours that are not named, two keys of ours. */
const ATTEMPTS_MAX = 4;
/** How far ahead of our clock a signature may be dated. The request's own timestamp is judged later, to the minute. */
const SIGNATURE_AHEAD_MAX_MS = 600_000;

/**
 * Opens a body: base64url, armor or not, decryption, decompression, verification. [PGP-5, PGP-12]
 * The message must be exactly recipients and encrypted data, and within it (compressed or not) announcements,
 * literal data and as many signatures, or signatures and literal data. Everything else is refused before it is used.
 * Returns the literal data; throws `BodyRefused`.
 */
export function openMessage(body: Uint8Array, ring: KeyRing<PgpKey>, nowMs: number): Buffer {
  const signed = decrypt(examineMessage(body, ring, nowMs));
  const { data, signatures } = readSignedData(signed);
  let first: BodyFault = 'unknown-signer';
  for (const signature of signatures) {
    const fault = signatureFault(signature, data, ring, nowMs);
    // One good signature is enough; those beside it may be by anyone. [PGP-3, ECHO-4]
    if (fault === undefined) return data;
    if (first === 'unknown-signer') first = fault;
  }
  throw new BodyRefused(first);
}

/**
 * Signs with every active key of ours, encrypts to every active key of Google. [PGP-1, PGP-2, PGP-8 to PGP-10]
 * Throws if there is no such key.
 */
export function sealMessage(
  payload: Uint8Array,
  ring: KeyRing<PgpKey>,
  nowMs: number,
  armored: boolean,
): Uint8Array {
  const signers = ring.usable('sign', nowMs);
  const recipients = ring.usable('encrypt', nowMs);
  if (signers.length === 0 || recipients.length === 0)
    throw new Error('no active key to sign with or to encrypt to');
  const data = Buffer.from(payload);
  const signed = Buffer.concat([
    ...signers.map((key, at) => createOnePass(key, at === signers.length - 1)),
    writePacket(TAG.literal, LITERAL_HEAD, data),
    ...signers.map((key) => createSignature(data, key, nowMs)).reverse(),
  ]);
  const sessionKey = createSessionKey();
  const message = Buffer.concat([
    ...recipients.map((key) => writeRecipient(sessionKey, key)),
    encryptPackets(signed, sessionKey),
  ]);
  return encodeBase64Url(armored ? writeArmor(message) : message);
}

/** Binary data without a name and without a date, of which no signature would speak. */
const LITERAL_HEAD = Buffer.from([0x62, 0, 0, 0, 0, 0]);

/** A body whose form is right, and which keys of ours may open it. Nothing is decrypted yet. */
interface ExaminedMessage {
  readonly encrypted: Buffer;
  /** One at least. */
  readonly attempts: readonly Attempt[];
}

/** All that can be found out without a private key, which is what a stranger's garbage costs. Throws `BodyRefused`. [OQ-60] */
export function examineMessage(body: Uint8Array, ring: KeyRing<PgpKey>, nowMs: number): ExaminedMessage {
  const packets = readPackets(decodeBody(body));
  const encrypted = packets?.at(-1);
  const recipients = packets
    ?.slice(0, -1)
    .map(({ tag, body }) => (tag === TAG.sessionKey ? readRecipient(body) : undefined));
  if (!recipients?.length || encrypted?.tag !== TAG.encrypted || !isProtected(encrypted.body)) {
    throw new BodyRefused('outer-structure');
  }
  const sound = recipients.filter((recipient) => recipient !== undefined);
  if (sound.length !== recipients.length) throw new BodyRefused('outer-structure');
  const attempts = planAttempts(sound, ring.usable('decrypt', nowMs), ATTEMPTS_MAX);
  if (attempts.length === 0) throw new BodyRefused('not-for-us');
  return { encrypted: encrypted.body, attempts };
}

function decodeBody(body: Uint8Array): Buffer {
  if (body.length > BODY_BYTES_MAX) throw new BodyRefused('too-large');
  const decoded = decodeBase64Url(body);
  if (!decoded) throw new BodyRefused('encoding');
  if (!isArmored(decoded)) return decoded;
  const message = readArmor(decoded);
  if (!message) throw new BodyRefused('encoding');
  return message;
}

function decrypt({ encrypted, attempts }: ExaminedMessage): Buffer {
  for (const attempt of attempts) {
    const plain = decryptPackets(encrypted, decryptSessionKey(attempt));
    if (plain) return plain;
  }
  throw new BodyRefused('integrity');
}

/** Why a signature doesn't count; `undefined`: it does. [PGP-4, PGP-15] */
function signatureFault(
  body: Buffer,
  data: Buffer,
  ring: KeyRing<PgpKey>,
  nowMs: number,
): BodyFault | undefined {
  const signature = readSignature(body);
  if (!signature) return 'signature-format';
  const keys = ring.usable('verify', nowMs).filter(({ keyId }) => keyId === signature.keyId);
  if (keys.length === 0) {
    // A key that may only encrypt is not among these, so nothing it signs counts. [PGP-8]
    const inactive = ring.keys.some(
      ({ purpose, keyId }) => purpose === 'verify' && keyId === signature.keyId,
    );
    return inactive ? 'inactive-signer' : 'unknown-signer';
  }
  const fault = formFault(signature);
  if (fault) return fault;
  const { createdAtMs, expiresAtMs = Number.POSITIVE_INFINITY, intendedRecipients } = signature;
  if (createdAtMs > nowMs + SIGNATURE_AHEAD_MAX_MS || expiresAtMs <= nowMs) {
    return 'signature-date';
  }
  const ours = ring.keys.filter(({ purpose }) => purpose === 'decrypt');
  if (
    intendedRecipients.length > 0 &&
    !ours.some(({ certificate }) => intendedRecipients.includes(certificate))
  ) {
    return 'other-recipient';
  }
  const signer = keys.find((key) => verifySignature(signature, data, key));
  if (!signer) return 'wrong-signature';
  return createdAtMs < signer.createdAtMs ? 'signature-date' : undefined;
}
