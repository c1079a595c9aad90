export const keyKinds = ['pgp', 'jwe'] as const;

/** What bodies a key is for: a group of `payload` in the settings. */
export type KeyKind = (typeof keyKinds)[number];

/** Algorithms that a signing key can be made for, where the format names one. */
export const signingAlgorithms = ['RS256', 'PS256', 'ES256'] as const;

export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** In what the formats differ for whoever handles keys; known without their libraries. */
export interface KeyTraits {
  readonly standard: 'OpenPGP' | 'JWS within JWE';
  /** By what people compare two keys. */
  readonly identifier: 'fingerprint' | 'kid';
  /** Of the names of its files. */
  readonly ending: 'asc' | 'json';
  /** Whether a private key can have one. */
  readonly passphrase: boolean;
  /** Whether a key can get another subkey to decrypt with, and stay what it is. [PGP-7] */
  readonly subkeys: boolean;
  /** Whether a new signing key is made for one algorithm; else it is RSA and no more is to say. */
  readonly signingAlgorithm: boolean;
  /** Whether an answer bears the signatures of all active keys of ours; else that of the newest alone. [PGP-1] */
  readonly signsWithAll: boolean;
}

export const keyTraits: Readonly<Record<KeyKind, KeyTraits>> = {
  pgp: {
    standard: 'OpenPGP',
    identifier: 'fingerprint',
    ending: 'asc',
    passphrase: true,
    subkeys: true,
    signingAlgorithm: false,
    signsWithAll: true,
  },
  jwe: {
    standard: 'JWS within JWE',
    identifier: 'kid',
    ending: 'json',
    passphrase: false,
    subkeys: false,
    signingAlgorithm: true,
    signsWithAll: false,
  },
};
