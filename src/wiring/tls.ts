import type { LinkSettings } from '../adapters/http-client/link.ts';
import { ConfigError } from '../config/faults.ts';
import { type Place, placeOf } from '../config/places.ts';
import { CertificateError, readAuthorities, readCertificates } from '../http/certificates.ts';
import type { ClientTrust } from '../http/client-certificates.ts';
import { type ClientName, readClientName, SUBJECT_TYPES } from '../http/client-name.ts';
import { readRevocationLists, refuseOlderLists } from '../http/revocation-list.ts';
import type { ServerTls } from '../http/tls.ts';
import type { Clock } from '../ports/clock.ts';
import type { Settings } from '../settings/settings.ts';

type Tls = NonNullable<Settings['http']['tls']>;

/**
 * TLS of one listener as the settings describe it; `undefined` where there is none. Throws `ConfigError` if a certificate can't be
 * used, or a revocation list is older than that in force.
 */
export function composeTls(
  { tls }: { readonly tls?: Tls },
  clock: Pick<Clock, 'nowMs'>,
  inForce?: ServerTls,
): ServerTls | undefined {
  if (tls === undefined) return undefined;
  const sources = sourcesOf(tls);
  try {
    const certificates = readCertificates(sources.certificates, clock.nowMs());
    const clients = clientsOf(tls, sources, clock);
    refuseOlderLists(clients?.revocationLists ?? [], inForce?.clients?.revocationLists ?? []);
    return { certificates, tls13: tls.tls13, clients };
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    const { message: reason, accepted, source } = error;
    const all = [...sources.certificates, sources.clientCa, ...sources.clientCrl];
    const setting = all.find((one) => one?.name === source)?.setting;
    throw new ConfigError([{ ...placeOf(setting ?? tls), reason, accepted }]);
  }
}

/** What is read, what messages call it, and the setting that names it. */
function sourcesOf(tls: Tls) {
  const { certificates, clientCa, clientCrl = [] } = tls;
  const { path } = placeOf(tls);
  return {
    certificates: certificates.map((entry, index) => ({
      setting: entry,
      name: `${path}.certificates.${index} ${entry.certificate}`,
      certificate: entry.certificate.reveal(),
      key: entry.key,
      passphrase: entry.passphrase,
    })),
    clientCa: clientCa && {
      setting: clientCa,
      name: `${path}.clientCa ${clientCa}`,
      text: clientCa.reveal(),
    },
    clientCrl: clientCrl.map((list, index) => ({
      setting: list,
      name: `${path}.clientCrl.${index} ${list}`,
      text: list.reveal(),
    })),
  };
}

function clientsOf(
  { clientCertificates, allowedClients }: Tls,
  { clientCa, clientCrl }: ReturnType<typeof sourcesOf>,
  clock: Pick<Clock, 'nowMs'>,
): ClientTrust | undefined {
  if (clientCertificates === 'off' || clientCa === undefined) return undefined;
  const authorities = readAuthorities(clientCa.name, clientCa.text, clock.nowMs());
  const revocationLists =
    clientCrl.length === 0 ? [] : readRevocationLists(clientCrl, authorities, clock.nowMs());
  const allowed = allowedClients?.map((written, index) =>
    clientNameOf(written, placeOf(allowedClients, index)),
  );
  return { authorities, revocationLists, allowed, nowMs: () => clock.nowMs() };
}

/** Whose certificate the setting at that place means. Throws `ConfigError` if nobody's. */
export function clientNameOf(written: string, place: Place): ClientName {
  const name = readClientName(written);
  if (name !== undefined) return name;
  throw new ConfigError([
    { ...place, reason: 'is no subject that a certificate can have', accepted: SUBJECTS },
  ]);
}

const SUBJECTS =
  'one as openssl x509 -noout -subject prints it, such as C=US, O=Example, CN=caller, ' +
  `of the types ${SUBJECT_TYPES.join(', ')} and numbers such as 2.5.4.97; or a SHA-256 fingerprint`;

/**
 * Throws `ConfigError` if a certificate for the link to a service can't be used. `settings` are those of the service, which may
 * have none; `name` is what messages call them.
 */
export function checkLink(name: string, settings: object, nowMs: number): void {
  const { tlsCa, clientCertificate }: LinkSettings = settings;
  if (tlsCa) placed(tlsCa, () => readAuthorities(`${name} tlsCa ${tlsCa}`, tlsCa.reveal()));
  if (clientCertificate === undefined) return;
  const { certificate, key, passphrase } = clientCertificate;
  const source = { certificate: certificate.reveal(), key, passphrase };
  const shown = `${name} clientCertificate ${certificate}`;
  placed(clientCertificate, () => readCertificates([{ name: shown, ...source }], nowMs));
}

/** Throws `ConfigError` at the setting where `read` throws `CertificateError`. */
function placed(setting: object, read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    const { message: reason, accepted } = error;
    throw new ConfigError([{ ...placeOf(setting), reason, accepted }]);
  }
}
