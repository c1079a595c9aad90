import type { Challenge } from '../../ports/challenge.ts';
import type { DecideEnd } from '../../ports/otp-store.ts';

/** As the core makes them, see `keyChecksOf`. */
export interface KeptChecks {
  readonly digests: string;
  /** By id of the secret. */
  readonly codes: Readonly<Record<string, string>>;
}

/** What a store remembers of secrets and keys, for starts and operators: no step of a call asks for it. */
export interface KeyRecord {
  /** Of the secrets that the store was served with last. `undefined`: nobody has noted them yet. [OQ-72] */
  checks(): Promise<KeptChecks | undefined>;
  /** Beside them it remembers the code secrets that other servers have at present. */
  note(checks: KeptChecks): Promise<void>;
  /**
   * For each secret that codes were made with, and each state that their challenges are in: the moment at which the last
   * of those codes expires. It reaches back as far as a code lives at most.
   */
  codesBySecret(): Promise<readonly Pick<Challenge, 'secretId' | 'state' | 'expiresAtWallMs'>[]>;
  /**
   * Notes the checks of other secrets and asks `decide` about every code that is neither used nor void, both or neither;
   * with `dryRun` neither. Resolves to how many it ended. Throws `UnavailableError` while servers use the store.
   */
  rotate(checks: KeptChecks, decide: DecideEnd, order: { readonly dryRun: boolean }): Promise<number>;
  /** Fingerprints of keys that were seen revoked. */
  revoked(): Promise<readonly string[]>;
  /** Has them known as revoked for good, at least one. */
  keepRevoked(fingerprints: readonly string[]): Promise<void>;
}
