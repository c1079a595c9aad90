import { BodyRefused } from '../body-fault.ts';
import { inflate } from '../inflate.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { isKeyManagement, isRsa15Content } from './algorithms.ts';
import { splitCompact, unwrapJwe } from './compact.ts';
import { hasLengths } from './content-encryption.ts';
import { readJoseHeader } from './header.ts';
import { decryptJwe, type JweAlgorithms } from './jwe-cipher.ts';
import type { JweRules } from './jwe-rules.ts';
import { openJws } from './jws-open.ts';
import { type JoseKey, keyNamedBy } from './key.ts';
import { COMPACT_JOSE, isOfKind, JSON_CONTENT } from './kind.ts';

/** Of a body as it is sent, and of what a compressed one inflates to. A request has about a thousand bytes. */
const BODY_BYTES_MAX = 256 * 1024;
const INFLATED_BYTES_MAX = 256 * 1024;

/** Where the ciphertext stands among the parts. */
const CIPHERTEXT = 3;

/** A body whose form is right, and the key of ours that it names. Nothing is decrypted yet. */
interface ExaminedJwe extends JweAlgorithms {
  readonly parts: readonly string[];
  readonly key: JoseKey;
  readonly zip: boolean;
}

/**
 * Opens a body: a compact JWE, and within it a compact JWS unless bodies are bare JWEs. Header, key, algorithm
 * and kind of content are settled before anything is computed, by our keys and rules alone. [JWE-2, JWE-4, JWE-5]
 * Returns the payload; throws `BodyRefused`.
 */
export function openJwe(
  body: Uint8Array,
  ring: KeyRing<JoseKey>,
  rules: JweRules,
  nowMs: number,
): Uint8Array {
  const decrypted = decrypt(examineJwe(body, ring, rules, nowMs));
  return rules.seal === 'jwe' ? decrypted : openJws(decrypted.toString('latin1'), ring, nowMs);
}

/** All that can be found out without a private key, which is what a stranger's garbage costs. Throws `BodyRefused`. [OQ-60] */
export function examineJwe(
  body: Uint8Array,
  ring: KeyRing<JoseKey>,
  rules: JweRules,
  nowMs: number,
): ExaminedJwe {
  if (body.length > BODY_BYTES_MAX) throw new BodyRefused('too-large');
  const jwe = unwrapJwe(body);
  if (jwe === undefined) throw new BodyRefused('encoding');
  // Nothing, encrypted, is nothing with a tag: what is within says whether that will do.
  const parts = splitCompact(jwe, 5, CIPHERTEXT);
  if (!parts) throw new BodyRefused('encoding');
  const header = readJoseHeader(parts[0] ?? '');
  const content = rules.seal === 'jwe' ? JSON_CONTENT : COMPACT_JOSE;
  if (!header || !isOfKind(header, content)) throw new BodyRefused('outer-structure');
  const key = keyNamedBy(header, ring, 'decrypt', nowMs);
  if (!key) throw new BodyRefused('not-for-us');
  const alg = key.algorithms.filter(isKeyManagement).find((algorithm) => algorithm === header.get('alg'));
  const enc = rules.contentEncryption.find((algorithm) => algorithm === header.get('enc'));
  if (!alg || !enc || (alg === 'RSA1_5' && !isRsa15Content(enc))) throw new BodyRefused('outer-algorithm');
  const zip = header.get('zip');
  if (zip !== undefined && !(rules.compressed && zip === 'DEF')) throw new BodyRefused('outer-algorithm');
  checkLengths(parts, key, enc);
  return { parts, key, alg, enc, zip: zip !== undefined };
}

/** Whoever sent it knows these without us. */
function checkLengths(parts: readonly string[], { key }: JoseKey, enc: JweAlgorithms['enc']): void {
  const [, encryptedKey = 0, iv = 0, , tag = 0] = parts.map((part) => Math.floor((part.length * 3) / 4));
  if (!hasLengths(enc, iv, tag)) throw new BodyRefused('outer-structure');
  const modulusBits = key.asymmetricKeyDetails?.modulusLength;
  if (modulusBits !== undefined && encryptedKey !== Math.ceil(modulusBits / 8))
    throw new BodyRefused('integrity');
}

function decrypt({ parts, key: { key }, alg, enc, zip }: ExaminedJwe): Buffer {
  const decrypted = decryptJwe(parts, key, { alg, enc });
  if (!decrypted) throw new BodyRefused('integrity');
  const content = zip ? inflate('deflate', decrypted, INFLATED_BYTES_MAX) : decrypted;
  if (!content) throw new BodyRefused('outer-compression');
  return content;
}
