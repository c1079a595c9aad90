import { connect as connectPlain } from 'node:net';
import { connect, rootCertificates, type TLSSocket } from 'node:tls';
import { DAY_MS } from '../../ports/clock.ts';
import { distrustOf } from './chain.ts';
import { about, type Finding } from './finding.ts';

/** Where to connect, and the name that the certificate has to bear. */
export interface TlsTarget {
  readonly host: string;
  readonly port: number;
  /** `undefined`: any. */
  readonly name: string | undefined;
  /** Whether TLS 1.3 is wanted; `undefined`: nobody knows. */
  readonly tls13: boolean | undefined;
}

const TIMEOUT_MS = 5000;

/** Makes the handshakes that no library makes any more. */
export interface TlsProbe {
  /** The suites that the protocol names, under OpenSSL's names. [TLS-2] */
  readonly namedSuites: readonly string[];
  negotiate(address: {
    readonly host: string;
    readonly port: number;
    /** For each handshake. */
    readonly timeoutMs: number;
  }): Promise<Negotiated>;
}

/** What a server takes of TLS 1.2 and older, under the names of versions and OpenSSL's of suites. */
interface Negotiated {
  readonly olderVersions: readonly string[];
  readonly named: readonly string[];
  readonly weak: readonly string[];
  readonly others: readonly string[];
}

/** What a listener negotiates, and the certificates it shows. Only handshakes are made; nothing is asked of it. */
export async function examineTls(
  target: TlsTarget,
  probe: TlsProbe,
  nowMs: number,
): Promise<readonly Finding[]> {
  const { host, port } = target;
  const negotiated = await probe.negotiate({ host, port, timeoutMs: TIMEOUT_MS });
  return [
    ...(await examineVersions(target, negotiated)),
    ...examineSuites(negotiated, probe.namedSuites),
    ...(await examinePlainHttp(target)),
    ...(await examineCertificates(target, nowMs)),
  ];
}

async function examineVersions(
  { host, port, tls13 }: TlsTarget,
  { olderVersions }: Negotiated,
): Promise<readonly Finding[]> {
  const { ok, warning, failed } = about('TLS versions');
  const old = olderVersions.map((version) =>
    failed(`${version} is negotiated [TLS-1]`, 'Switch it off where TLS ends.'),
  );
  const newest = await shakeHands({ host, port }, { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' });
  if (newest !== undefined && tls13 !== true) {
    const remedy = 'Switch it off where TLS ends, unless Google has agreed to it; for us, http.tls.tls13.';
    return [
      ...old,
      warning("TLS 1.3 is negotiated, which Google's documentation does not name [OQ-3]", remedy),
    ];
  }
  return old.length > 0 ? old : [ok(`TLS 1.2${newest ? ' and 1.3' : ''}, nothing older`)];
}

function examineSuites(
  { named, weak, others }: Negotiated,
  namedSuites: readonly string[],
): readonly Finding[] {
  const { ok, warning, failed } = about('cipher suites');
  const remedy = `Allow only ${namedSuites.join(':')} where TLS ends.`;
  return [
    named.length > 0
      ? ok(named.join(', '))
      : failed('none of the six suites that Google names is negotiated [TLS-2]', remedy),
    ...(weak.length > 0 ? [failed(`weak suites are negotiated: ${weak.join(', ')} [TLS-2]`, remedy)] : []),
    ...(others.length > 0
      ? [warning(`others are negotiated too: ${others.join(', ')} [TLS-2]`, remedy)]
      : []),
  ];
}

async function examinePlainHttp({ host, port }: TlsTarget): Promise<readonly Finding[]> {
  const { ok, failed } = about('plain HTTP');
  const answer = await new Promise<string>((resolve) => {
    const socket = connectPlain({ host, port }, () => socket.write('POST / HTTP/1.0\r\n\r\n'));
    let received = '';
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
  const [status] = /^HTTP\/\S+ \d+/.exec(answer) ?? [];
  if (status === undefined) return [ok('the port of TLS answers nothing without TLS')];
  return [
    failed(
      `the port of TLS answers plain HTTP: ${status} [TLS-5]`,
      'Close the connection without an answer.',
    ),
  ];
}

async function examineCertificates(target: TlsTarget, nowMs: number): Promise<readonly Finding[]> {
  const sockets = await Promise.all(['aECDSA', 'aRSA'].map((ciphers) => shakeHands(target, { ciphers })));
  const shown = sockets.filter((socket) => socket !== undefined);
  if (shown.length > 0) return shown.flatMap((one) => examineCertificate(one, target, nowMs));
  const remedy = 'Look at it where TLS ends: openssl s_client -connect HOST:PORT -tls1_2 -showcerts';
  return [about('certificate').warning('none could be seen: neither name, chain nor end are known', remedy)];
}

type Shown = Awaited<ReturnType<typeof shakeHands>>;

function examineCertificate(shown: NonNullable<Shown>, target: TlsTarget, nowMs: number): readonly Finding[] {
  const { certificate, untrusted } = shown;
  const subject = certificate.publicKey.asymmetricKeyType === 'ec' ? 'ECDSA certificate' : 'RSA certificate';
  const { ok, warning, failed } = about(subject);
  const commonName = /^CN=(.+)$/m.exec(certificate.subject)?.[1];
  const name = target.name ?? commonName ?? '';
  const leftMs = certificate.validToDate.getTime() - nowMs;
  const days = Math.floor(leftMs / DAY_MS);
  const renew = 'Renew it, and reload the server: kill -HUP PID.';
  const findings = [
    certificate.checkHost(name) === undefined
      ? failed(
          `it is not for ${name}: ${[certificate.subject.replaceAll('\n', ', '), certificate.subjectAltName].filter(Boolean).join('; ')} [TLS-3]`,
          `Get one with ${name} as CN and among the subject alternative names.`,
        )
      : ok(`it is for ${name}`),
    leftMs < 0
      ? failed(`it expired on ${certificate.validTo}`, renew)
      : leftMs < (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / 6
        ? warning(`it expires in ${days} days`, renew)
        : ok(`it is good for ${days} more days`),
  ];
  return [...findings, ...trustFinding(untrusted, subject)];
}

const ROOTS =
  "a root that Node carries (Mozilla's; Google goes by Chrome's root store, which differs little)";

/** Google goes by Chrome's root store. What can be known here are the roots that Node carries, which are Mozilla's. [TLS-4] */
function trustFinding(untrusted: string | undefined, subject: string): readonly Finding[] {
  const { ok, warning, failed } = about(subject);
  if (untrusted === undefined) return [ok(`its chain is complete, to ${ROOTS}`)];
  if (/SELF_SIGNED/.test(untrusted)) {
    const remedy = 'That is possible by arrangement with Google only; else get one from a public authority.';
    return [warning(`it, or its root, is signed by itself (${untrusted}) [TLS-4]`, remedy)];
  }
  if (/UNABLE_TO_(VERIFY_LEAF|GET_ISSUER)/.test(untrusted)) {
    const remedy =
      "Append the certificates between it and its root to the file of the certificate, in that order. If they are there, look whether Chrome's root store has the root: that is what counts.";
    return [failed(`its chain does not reach ${ROOTS} (${untrusted}) [TLS-4]`, remedy)];
  }
  return /EXPIRED|NOT_YET_VALID/.test(untrusted)
    ? []
    : [failed(`it is not trusted: ${untrusted}`, 'Get another one.')];
}

/**
 * One handshake as any client makes it. `undefined`: refused before a certificate was shown. A server that wants a
 * client certificate refuses after that: until TLS 1.2 it shows its own first.
 */
async function shakeHands(
  { host, port, name }: { readonly host: string; readonly port: number; readonly name?: string | undefined },
  options: { readonly ciphers?: string; readonly minVersion?: 'TLSv1.3'; readonly maxVersion?: 'TLSv1.3' },
) {
  return new Promise<
    | {
        certificate: NonNullable<ReturnType<TLSSocket['getPeerX509Certificate']>>;
        untrusted: string | undefined;
      }
    | undefined
  >((resolve) => {
    const servername = name !== undefined && !/^[\d.:]+$/.test(name) ? { servername: name } : {};
    const ca = [...rootCertificates];
    const version = options.minVersion ? options : { ...options, maxVersion: 'TLSv1.2' as const };
    const terms = { host, port, ca, rejectUnauthorized: false, ...servername, ...version };
    let seen: ReturnType<TLSSocket['getPeerX509Certificate']>;
    const socket = connect({ ...terms, checkServerIdentity: () => undefined }, () => {
      const certificate = seen ?? socket.getPeerX509Certificate();
      const untrusted = socket.authorized ? undefined : String(socket.authorizationError);
      resolve(certificate && { certificate, untrusted });
      socket.destroy();
    });
    // Keys are derived between the server's certificate and the moment when it can refuse ours; later it is gone, and
    // asked for twice, Node doesn't yield it again.
    socket.once('keylog', () => {
      seen = socket.getPeerX509Certificate();
    });
    const end = () => resolve(seen && { certificate: seen, untrusted: distrustOf(seen, ca) });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    socket.on('error', end);
    socket.on('close', end);
  });
}
