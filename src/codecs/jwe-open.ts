import { compactDecrypt, errors } from 'jose';
import { inflate } from './inflate.ts';
import { RSA1_5_CONTENT } from './jose-algorithms.ts';
import { splitCompact } from './jose-compact.ts';
import { type JoseHeader, readJoseHeader } from './jose-header.ts';
import { type JoseKey, keyNamedBy } from './jose-key.ts';
import { COMPACT_JOSE, isOfKind, JSON_CONTENT } from './jose-kind.ts';
import { decryptRsa15 } from './jwe-rsa1-5.ts';
import type { JweRules } from './jwe-rules.ts';
import { openJws } from './jws-open.ts';
import type { KeyRing } from './key-ring.ts';
import { Refusal } from './refusal.ts';

/** Of a body as it is sent, and of what a compressed one inflates to. A request has about a thousand bytes. */
const BODY_BYTES_MAX = 256 * 1024;
const INFLATED_BYTES_MAX = 256 * 1024;

/**
 * Opens a body: a compact JWE, and within it a compact JWS unless the profile is the bare one. Header, key, algorithm
 * and kind of content are settled before anything is computed, by our keys and rules alone. [JWE-2, JWE-4, JWE-5]
 * Returns the payload; throws `Refusal`.
 */
export async function openJwe(
  body: Uint8Array,
  ring: KeyRing<JoseKey>,
  rules: JweRules,
  nowMs: number,
): Promise<Uint8Array> {
  if (body.length > BODY_BYTES_MAX) throw new Refusal('too-large');
  const jwe = latin1(body).replace(/\r?\n$/, '');
  const parts = splitCompact(jwe, 5);
  if (!parts) throw new Refusal('encoding');
  const header = readJoseHeader(parts[0] ?? '');
  const content = rules.profile === 'jwe' ? JSON_CONTENT : COMPACT_JOSE;
  if (!header || !isOfKind(header, content)) throw new Refusal('outer-structure');
  const key = keyNamedBy(header, ring, 'decrypt', nowMs);
  if (!key) throw new Refusal('not-for-us');
  const decrypted = await decrypt(jwe, parts, header, key, rules);
  return rules.profile === 'jwe' ? decrypted : await openJws(latin1(decrypted), ring, nowMs);
}

async function decrypt(
  jwe: string,
  parts: readonly string[],
  header: JoseHeader,
  { key, algorithms }: JoseKey,
  { contentEncryption, compressed }: JweRules,
): Promise<Uint8Array> {
  const alg = algorithms.find((algorithm) => algorithm === header.get('alg'));
  const enc = contentEncryption.find((algorithm) => algorithm === header.get('enc'));
  if (!alg || !enc || (alg === 'RSA1_5' && enc !== RSA1_5_CONTENT)) throw new Refusal('outer-algorithm');
  const zip = header.get('zip');
  if (zip !== undefined && !(compressed && zip === 'DEF')) throw new Refusal('outer-algorithm');
  if (alg === 'RSA1_5') {
    const decrypted = decryptRsa15(parts, key);
    if (!decrypted) throw new Refusal('integrity');
    const inflated = zip === undefined ? decrypted : inflate('deflate', decrypted, INFLATED_BYTES_MAX);
    if (!inflated) throw new Refusal('outer-compression');
    return inflated;
  }
  try {
    const options = {
      keyManagementAlgorithms: [alg],
      contentEncryptionAlgorithms: [enc],
      maxDecompressedLength: INFLATED_BYTES_MAX,
    };
    return (await compactDecrypt(jwe, key, options)).plaintext;
  } catch (error) {
    if (error instanceof errors.JWEDecryptionFailed) throw new Refusal('integrity');
    // What is left once the tag was right: compression. Before: a part of the wrong length.
    if (error instanceof errors.JOSEError)
      throw new Refusal(zip === undefined ? 'outer-structure' : 'outer-compression');
    throw error;
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
