import type { Secret } from '../../ports/secret.ts';
import type { KeyEnvironment, KeyPurpose } from './key-ring.ts';

/** Whose key it is: ours are private, Google's public. */
export type KeyHolder = 'ours' | 'google';

/** Keys as they lie in a file. What is said beside them goes for all of them. */
export interface KeySource {
  /** What messages call it, such as the name of its file. */
  readonly name: string;
  /** OpenPGP: armored or binary, one certificate or several. JOSE: a JWK or a JWK set, JSON in UTF-8. */
  readonly bytes: Uint8Array;
  /** OpenPGP: of all private keys in it; `undefined` where they have none. */
  readonly passphrase?: Secret | undefined;
  /** Wall clock; the later of it and what the key says counts. `undefined`: from its creation on. */
  readonly notBeforeMs?: number | undefined;
  /** Wall clock; `undefined`: not before it expires. */
  readonly retiresAtMs?: number | undefined;
  /** JOSE: wall clock; with `exp` of the key the earlier one counts. Keys of ours must have one or the other. [ENC-5] */
  readonly expiresAtMs?: number | undefined;
}

export interface KeySources {
  /** Private keys. */
  readonly ours: readonly KeySource[];
  /** Public keys. */
  readonly google: readonly KeySource[];
  /** What there must be a usable key for; `undefined`: all that bodies of the format need. */
  readonly purposes?: readonly KeyPurpose[] | undefined;
  /** For how long a key is good on receipt after its end, ≥ 0. [OQ-26] */
  readonly graceMs: number;
  readonly nowMs: number;
  /** Keys made for the other one aren't used; `undefined`: they are. [ENV-1] */
  readonly environment?: KeyEnvironment | undefined;
  /** OpenPGP: fingerprints of keys and subkeys of Google's that were revoked before; those found now are added. */
  readonly revoked?: Set<string> | undefined;
}
