import type { ContentEncryption } from './algorithms.ts';

/**
 * `jwe+jws`: signed, then encrypted. `jwe`: encrypted only, so that anyone can make one; who called is then up to the
 * client certificate, which is required then. [JWE-1, TLS-6, OQ-13]
 */
export type JweSeal = 'jwe' | 'jwe+jws';

export interface JweRules {
  readonly seal: JweSeal;
  /** Accepted on receipt; the first is what we send with. */
  readonly contentEncryption: readonly ContentEncryption[];
  /** Whether a message may be compressed (`zip: DEF`). What we send never is. [JWE-3] */
  readonly compressed: boolean;
  /** Whether what we send stands in base64url once more. What comes is read either way. [HTTP-5] */
  readonly wrapped: boolean;
  /** Whether our signatures say when they were made (`iat`). [JWE-6] */
  readonly issuedAt: boolean;
}
