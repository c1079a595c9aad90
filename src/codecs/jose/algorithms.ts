const KEY_MANAGEMENT = ['RSA-OAEP-256', 'RSA-OAEP', 'RSA1_5'] as const;
const SIGNING = ['RS256', 'PS256', 'ES256'] as const;

/** How the key of one message is encrypted. `RSA1_5` belongs to the older edition of the e-Wallets API. [JWE-2, JWE-3] */
export type KeyManagement = (typeof KEY_MANAGEMENT)[number];
/** How the message is encrypted with that key. */
export type ContentEncryption =
  | 'A256GCM'
  | 'A192GCM'
  | 'A128GCM'
  | 'A256CBC-HS512'
  | 'A192CBC-HS384'
  | 'A128CBC-HS256';
export type Signing = (typeof SIGNING)[number];
export type KeyAlgorithm = KeyManagement | Signing;

/**
 * The algorithms that may be used, those we prefer for sending first. There are no others: nothing symmetric, nothing
 * unsigned, nothing whose work the sender chooses. [JWE-2]
 */
export interface AllowedAlgorithms {
  readonly keyManagement: readonly KeyManagement[];
  readonly contentEncryption: readonly ContentEncryption[];
  readonly signing: readonly Signing[];
}

/** What Google is believed to use; the configuration's defaults. [JWE-2] */
export const CURRENT_ALGORITHMS: AllowedAlgorithms = {
  keyManagement: ['RSA-OAEP-256'],
  contentEncryption: ['A256GCM'],
  signing: SIGNING,
};

/**
 * The family of content encryption that goes with `RSA1_5`, and no other; we send with the first. That padding has a
 * history of oracles: it is to be allowed only for a caller that has nothing else. [JWE-3]
 */
export const RSA1_5_CONTENTS = ['A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512'] as const;

export type Rsa15Content = (typeof RSA1_5_CONTENTS)[number];

export function isRsa15Content(enc: ContentEncryption): enc is Rsa15Content {
  return RSA1_5_CONTENTS.some((algorithm) => algorithm === enc);
}

export function isKeyManagement(algorithm: KeyAlgorithm): algorithm is KeyManagement {
  return KEY_MANAGEMENT.some((known) => known === algorithm);
}

export function isSigning(algorithm: KeyAlgorithm): algorithm is Signing {
  return SIGNING.some((known) => known === algorithm);
}
