import type { Secret } from '../../ports/secret.ts';
import type { SigningAlgorithm } from './key-kind.ts';
import type { KeyEnvironment } from './key-ring.ts';

/** What a new key of ours is to be like. */
export interface KeyOrder {
  /** OpenPGP: whose key it is, in its user id. */
  readonly name: string;
  /** OpenPGP: in its user id too. */
  readonly email?: string | undefined;
  /** What it is for: the other one's server refuses it. [ENV-1] */
  readonly environment?: KeyEnvironment | undefined;
  /** 2048 to 4096; default 2048. [ENC-5] */
  readonly rsaBits?: number | undefined;
  /** 1 to 731; default 365. [ENC-5] */
  readonly validityDays?: number | undefined;
  /** OpenPGP: protects the private key; `undefined`: nothing does. */
  readonly passphrase?: Secret | undefined;
  /** JOSE: `undefined`: what the terms of the format prefer. */
  readonly signing?: SigningAlgorithm | undefined;
  readonly nowMs: number;
}

/** What a private key does. */
export type KeyUse = 'sign and decrypt' | 'sign' | 'decrypt';

/** A key that `readRing` of its format accepts. */
export interface GeneratedKey {
  /** One for everything; or one for each use, so that they can be put to use at different times. */
  readonly privateParts: readonly { readonly text: Secret; readonly use: KeyUse }[];
  /** All in one, for Google. [ENC-3] */
  readonly publicText: string;
  /** To be kept apart and used if the private key is lost. `undefined`: the format knows none. */
  readonly revocation: Secret | undefined;
  /** OpenPGP: of the whole key. JOSE: the `kid` of each. */
  readonly fingerprints: readonly string[];
  readonly expiresAtMs: number;
}

/** Another subkey to decrypt with, for an OpenPGP key. [PGP-7] */
export interface SubkeyOrder {
  /** Armored. */
  readonly privateKey: Secret;
  readonly passphrase?: Secret | undefined;
  /** 1 to 731; default 365; the subkey ends with its primary key all the same. */
  readonly validityDays?: number | undefined;
  readonly nowMs: number;
}

/** The whole key with its new subkey, and when that expires. */
export interface ExtendedKey extends Omit<GeneratedKey, 'revocation'> {
  /** Fingerprint of the new subkey. */
  readonly subkey: string;
}
