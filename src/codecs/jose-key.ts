import type { KeyAlgorithm } from './jose-algorithms.ts';
import type { RingKey } from './key-ring.ts';

/** A key out of a JWK, checked. */
export interface JoseKey extends RingKey {
  /**
   * What it may be used with: its own `alg`, or where it has none, those of the allowed ones that fit it. What we
   * send uses the first. A message's `alg` must be among them; it decides nothing. [JWE-2]
   */
  readonly algorithms: readonly KeyAlgorithm[];
}
