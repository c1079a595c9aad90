import { encodeBase64Url } from '../base64url.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { isKeyManagement, isSigning, RSA1_5_CONTENTS } from './algorithms.ts';
import { encryptJwe } from './jwe-cipher.ts';
import type { JweRules } from './jwe-rules.ts';
import { signJws } from './jws-signature.ts';
import type { JoseKey } from './key.ts';

/**
 * Signs with our newest active key, unless bodies are bare JWEs, and encrypts to Google's newest active key.
 * The headers name both. [JWE-6, HTTP-5]
 */
export function sealJwe(
  payload: Uint8Array,
  ring: KeyRing<JoseKey>,
  rules: JweRules,
  nowMs: number,
): Uint8Array {
  const recipient = newest(ring, 'encrypt', nowMs);
  const nested = rules.seal === 'jwe+jws';
  const content = nested ? sign(payload, newest(ring, 'sign', nowMs), rules, nowMs) : payload;
  const alg = recipient.algorithms.find(isKeyManagement);
  const enc = alg === 'RSA1_5' ? RSA1_5_CONTENTS[0] : rules.contentEncryption[0];
  if (alg === undefined || enc === undefined) throw new TypeError('a key or the rules lack an algorithm');
  // The marker of nesting, which RFC 7516 section 4.1.12 and RFC 7519 section 5.2 ask for.
  const header = encodeHeader({ alg, enc, kid: recipient.keyId, ...(nested ? { cty: 'JWT' } : {}) });
  const body = Buffer.from(encryptJwe(content, header, recipient.key, { alg, enc }), 'latin1');
  return rules.wrapped ? encodeBase64Url(body) : new Uint8Array(body);
}

function sign(
  payload: Uint8Array,
  { key, keyId, algorithms }: JoseKey,
  { issuedAt }: JweRules,
  nowMs: number,
): Uint8Array {
  const alg = algorithms.find(isSigning);
  if (alg === undefined) throw new TypeError('a key lacks an algorithm');
  const header = { alg, kid: keyId, ...(issuedAt ? { iat: Math.floor(nowMs / 1000) } : {}) };
  return Buffer.from(signJws(payload, encodeHeader(header), key, alg), 'latin1');
}

function encodeHeader(header: object): string {
  return Buffer.from(JSON.stringify(header)).toString('base64url');
}

/** The active key with the latest beginning; of several such the last one given. */
function newest(ring: KeyRing<JoseKey>, purpose: 'sign' | 'encrypt', nowMs: number): JoseKey {
  const [first, ...others] = ring.usable(purpose, nowMs);
  if (!first) throw new Error(`no active key to ${purpose} with`);
  return others.reduce((best, key) => (key.notBeforeMs >= best.notBeforeMs ? key : best), first);
}
