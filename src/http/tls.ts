import { constants } from 'node:crypto';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import type { ServerCertificate } from './certificates.ts';
import type { ClientTrust } from './client-certificates.ts';

export interface ServerTls {
  /** One; or two, one RSA and one ECDSA. */
  readonly certificates: readonly ServerCertificate[];
  readonly tls13: boolean;
  /** Client certificates are required. `undefined`: none is asked for. [TLS-6] */
  readonly clients: ClientTrust | undefined;
}

/** All that are negotiated under TLS 1.2, the best first: no others at all. [TLS-2] */
const SUITES = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-RSA-AES128-SHA256',
] as const;

const SUITES_OF_TLS_13 = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_256_GCM_SHA384',
] as const;

/** What may be replaced while the listener is open. */
export function secureContext({ certificates, tls13, clients }: ServerTls): SecureContextOptions {
  return {
    cert: certificates.map(({ chain }) => chain),
    key: certificates.map(({ key }) => key.reveal()),
    ciphers: [...(tls13 ? SUITES_OF_TLS_13 : []), ...SUITES].join(':'),
    honorCipherOrder: true,
    minVersion: 'TLSv1.2', // [TLS-1]
    maxVersion: tls13 ? 'TLSv1.3' : 'TLSv1.2', // [OQ-3, ECHO-4]
    // A client that renegotiates makes us work for nothing. A ticket would outlive the certificate that it was given to;
    // Node keeps no sessions of its own. [OQ-65]
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | (clients ? constants.SSL_OP_NO_TICKET : 0),
    // Never left out: without it the listener would trust every public authority.
    ca: clients?.authorities ?? [],
    ...(clients &&
      clients.revocationLists.length > 0 && { crl: clients.revocationLists.map(({ pem }) => pem) }),
  };
}

/** Everything, for opening the listener. */
export function tlsOptions(tls: ServerTls, handshakeTimeoutMs: number): TlsOptions {
  const isRequired = tls.clients !== undefined;
  return {
    ...secureContext(tls),
    handshakeTimeout: handshakeTimeoutMs,
    requestCert: isRequired,
    rejectUnauthorized: isRequired,
  };
}
