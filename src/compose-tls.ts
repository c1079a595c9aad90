import { ConfigError } from './config/faults.ts';
import type { Settings } from './config/settings.ts';
import { CertificateError, readAuthorities, readCertificates } from './http/certificates.ts';
import type { ServerTls } from './http/tls.ts';

/**
 * TLS as the settings describe it; `undefined` where there is none. Throws `ConfigError` if a certificate can't be
 * used.
 */
export function composeTls({ tls }: Settings['http'], nowMs: number): ServerTls | undefined {
  if (tls === undefined) return undefined;
  const sources = tls.certificates.map(({ certificate, key, passphrase }, index) => ({
    name: `http.tls.certificates.${index} ${certificate}`,
    certificate: certificate.reveal(),
    key,
    passphrase,
  }));
  try {
    return {
      certificates: readCertificates(sources, nowMs),
      tls13: tls.tls13,
      clientCa: tls.clientCa && readAuthorities(`http.tls.clientCa ${tls.clientCa}`, tls.clientCa.reveal()),
    };
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    const origin = { kind: 'default' } as const;
    const accepted = 'certificates in PEM, each of the server with its key';
    throw new ConfigError([{ path: 'http.tls', reason: error.message, accepted, origin }]);
  }
}
