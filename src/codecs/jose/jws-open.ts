import { BodyRefused } from '../body-fault.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { isSigning } from './algorithms.ts';
import { splitCompact } from './compact.ts';
import { readJoseHeader } from './header.ts';
import { verifyJws } from './jws-signature.ts';
import { type JoseKey, keyNamedBy } from './key.ts';
import { isOfKind, JSON_CONTENT } from './kind.ts';

/**
 * The payload of a compact JWS that a usable key of Google's signed, with an algorithm of that key. Throws `BodyRefused`.
 */
export function openJws(jws: string, ring: KeyRing<JoseKey>, nowMs: number): Uint8Array {
  const parts = splitCompact(jws, 3);
  if (!parts) throw new BodyRefused('unsigned');
  const header = readJoseHeader(parts[0] ?? '');
  if (!header || !isOfKind(header, JSON_CONTENT)) throw new BodyRefused('signature-format');
  const key = keyNamedBy(header, ring, 'verify', nowMs);
  if (!key) {
    const known = ring.keys.some(({ purpose, keyId }) => purpose === 'verify' && keyId === header.get('kid'));
    throw new BodyRefused(known ? 'inactive-signer' : 'unknown-signer');
  }
  const alg = key.algorithms.filter(isSigning).find((algorithm) => algorithm === header.get('alg'));
  if (!alg) throw new BodyRefused('signature-algorithm');
  const payload = verifyJws(parts, key.key, alg);
  if (!payload) throw new BodyRefused('wrong-signature');
  return payload;
}
