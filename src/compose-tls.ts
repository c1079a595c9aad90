import { ConfigError } from './config/faults.ts';
import type { Settings } from './config/settings.ts';
import { CertificateError, readAuthorities, readCertificates } from './http/certificates.ts';
import { createServer, openListener } from './http/server.ts';
import type { ServerTls } from './http/tls.ts';

/** A listener that does TLS and nothing else. */
export interface BareListener {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Opens one on this machine with the TLS of the settings, to see what it negotiates. Throws as `composeTls` does. */
export async function openBareListener(http: Settings['http'], nowMs: number): Promise<BareListener> {
  const server = createServer(http, () => undefined, composeTls(http, nowMs));
  const { hostname, port } = new URL(await openListener(server, { host: '127.0.0.1', port: 0 }));
  return { host: hostname, port: Number(port), close: async () => void (await server.close()) };
}

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
