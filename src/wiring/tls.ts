import { ConfigError } from '../config/faults.ts';
import { CertificateError, readAuthorities, readCertificates } from '../http/certificates.ts';
import type { ClientTrust } from '../http/client-certificates.ts';
import { readClientName } from '../http/client-name.ts';
import { readRevocationLists, refuseOlderLists } from '../http/revocation-list.ts';
import type { ServerTls } from '../http/tls.ts';
import type { Clock } from '../ports/clock.ts';
import type { Settings } from '../settings/settings.ts';

/**
 * TLS as the settings describe it; `undefined` where there is none. Throws `ConfigError` if a certificate can't be
 * used, or a revocation list is older than that in force.
 */
export function composeTls(
  { tls }: Settings['http'],
  clock: Pick<Clock, 'nowMs'>,
  inForce?: ServerTls,
): ServerTls | undefined {
  if (tls === undefined) return undefined;
  const sources = tls.certificates.map(({ certificate, key, passphrase }, index) => ({
    name: `http.tls.certificates.${index} ${certificate}`,
    certificate: certificate.reveal(),
    key,
    passphrase,
  }));
  try {
    const certificates = readCertificates(sources, clock.nowMs());
    const clients = clientsOf(tls, clock);
    refuseOlderLists(clients?.revocationLists ?? [], inForce?.clients?.revocationLists ?? []);
    return { certificates, tls13: tls.tls13, clients };
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    const origin = { kind: 'default' } as const;
    throw new ConfigError([{ path: 'http.tls', reason: error.message, accepted: error.accepted, origin }]);
  }
}

function clientsOf(
  { clientCertificates, clientCa, clientCrl = [], allowedClients }: NonNullable<Settings['http']['tls']>,
  clock: Pick<Clock, 'nowMs'>,
): ClientTrust | undefined {
  if (clientCertificates === 'off' || clientCa === undefined) return undefined;
  const authorities = readAuthorities(`http.tls.clientCa ${clientCa}`, clientCa.reveal(), clock.nowMs());
  const sources = clientCrl.map((list, index) => ({
    name: `http.tls.clientCrl.${index} ${list}`,
    text: list.reveal(),
  }));
  const revocationLists =
    sources.length === 0 ? [] : readRevocationLists(sources, authorities, clock.nowMs());
  const allowed = allowedClients?.map((written, index) => {
    const name = readClientName(written);
    if (name !== undefined) return name;
    throw new CertificateError(
      `http.tls.allowedClients.${index} is no subject that a certificate can have`,
      SUBJECTS,
    );
  });
  return { authorities, revocationLists, allowed, nowMs: () => clock.nowMs() };
}

const SUBJECTS =
  'one as openssl x509 -noout -subject prints it, such as C=US, O=Example, CN=caller; or a SHA-256 fingerprint';
