import { CompactEncrypt, CompactSign } from 'jose';
import { encodeBase64Url } from '../base64url.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { RSA1_5_CONTENTS } from './algorithms.ts';
import { encryptRsa15 } from './jwe-rsa1-5.ts';
import type { JweRules } from './jwe-rules.ts';
import type { JoseKey } from './key.ts';

/**
 * Signs with our newest active key, unless the profile is the bare one, and encrypts to Google's newest active key.
 * The headers name both. [JWE-6, HTTP-5]
 */
export async function sealJwe(
  payload: Uint8Array,
  ring: KeyRing<JoseKey>,
  rules: JweRules,
  nowMs: number,
): Promise<Uint8Array> {
  const recipient = newest(ring, 'encrypt', nowMs);
  const nested = rules.seal === 'jwe+jws';
  const content = nested ? await sign(payload, newest(ring, 'sign', nowMs), rules, nowMs) : payload;
  const [alg] = recipient.algorithms;
  const enc = alg === 'RSA1_5' ? RSA1_5_CONTENTS[0] : rules.contentEncryption[0];
  if (alg === undefined || enc === undefined) throw new TypeError('a key or the rules lack an algorithm');
  // The marker of nesting, which RFC 7516 section 4.1.12 and RFC 7519 section 5.2 ask for.
  const header = { alg, enc, kid: recipient.keyId, ...(nested ? { cty: 'JWT' } : {}) };
  const jwe =
    alg === 'RSA1_5'
      ? encryptRsa15(content, Buffer.from(JSON.stringify(header)).toString('base64url'), recipient.key)
      : await new CompactEncrypt(content).setProtectedHeader(header).encrypt(recipient.key);
  const body = Buffer.from(jwe, 'latin1');
  return rules.wrapped ? encodeBase64Url(body) : new Uint8Array(body);
}

async function sign(
  payload: Uint8Array,
  { key, keyId, algorithms }: JoseKey,
  { issuedAt }: JweRules,
  nowMs: number,
): Promise<Uint8Array> {
  const [alg] = algorithms;
  if (alg === undefined) throw new TypeError('a key lacks an algorithm');
  const header = { alg, kid: keyId, ...(issuedAt ? { iat: Math.floor(nowMs / 1000) } : {}) };
  return Buffer.from(await new CompactSign(payload).setProtectedHeader(header).sign(key), 'latin1');
}

/** The active key with the latest beginning; of several such the last one given. */
function newest(ring: KeyRing<JoseKey>, purpose: 'sign' | 'encrypt', nowMs: number): JoseKey {
  const [first, ...others] = ring.usable(purpose, nowMs);
  if (!first) throw new Error(`no active key to ${purpose} with`);
  return others.reduce((best, key) => (key.notBeforeMs >= best.notBeforeMs ? key : best), first);
}
