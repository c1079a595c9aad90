import type { KeyPurpose, KeyRing, RingKey } from '../keys/key-ring.ts';
import type { KeyAlgorithm } from './algorithms.ts';
import type { JoseHeader } from './header.ts';

/** A key out of a JWK, checked. */
export interface JoseKey extends RingKey {
  /**
   * What it may be used with: its own `alg`, or where it has none, those of the allowed ones that fit it. What we
   * send uses the first. A message's `alg` must be among them; it decides nothing. [JWE-2]
   */
  readonly algorithms: readonly KeyAlgorithm[];
}

/**
 * The key that a message names. Only a ring that has just one is known without `kid`. [JWE-5, OQ-50] A `kid` is
 * compared and nothing else: it is no path, address or query to us.
 */
export function keyNamedBy(
  header: JoseHeader,
  ring: KeyRing<JoseKey>,
  purpose: KeyPurpose,
  nowMs: number,
): JoseKey | undefined {
  const keys = ring.usable(purpose, nowMs);
  if (!header.has('kid')) return keys.length === 1 ? keys[0] : undefined;
  return keys.find(({ keyId }) => keyId === header.get('kid'));
}
