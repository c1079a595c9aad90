import { X509Certificate } from 'node:crypto';

/** A chain has two or three certificates; this ends one that goes round. */
const DEPTH_MAX = 10;

/**
 * Why a certificate doesn't lead to one of the roots by way of what the server sent along, in the words of OpenSSL;
 * `undefined`: it does. For handshakes that the server broke off before OpenSSL told. It looks at issuers and
 * signatures, not at the time.
 */
export function distrustOf(leaf: X509Certificate, roots: readonly string[]): string | undefined {
  const trusted = roots.map((root) => new X509Certificate(root));
  let certificate = leaf;
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    const { fingerprint256, issuerCertificate: next } = certificate;
    if (trusted.some((root) => root.fingerprint256 === fingerprint256 || isIssuedBy(certificate, root))) {
      return undefined;
    }
    if (isIssuedBy(certificate, certificate)) {
      return depth === 0 ? 'DEPTH_ZERO_SELF_SIGNED_CERT' : 'SELF_SIGNED_CERT_IN_CHAIN';
    }
    if (!next?.ca || !isIssuedBy(certificate, next)) {
      return depth === 0 ? 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' : 'UNABLE_TO_GET_ISSUER_CERT';
    }
    certificate = next;
  }
  return 'CERT_CHAIN_TOO_LONG';
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
