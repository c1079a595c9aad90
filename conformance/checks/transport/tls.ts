import { once } from 'node:events';
import { checkServerIdentity, connect, type PeerCertificate, rootCertificates } from 'node:tls';
import { sayHello, type TlsVersion } from '../../google/tls/client-hello.ts';
import type { HelloAnswer } from '../../google/tls/server-flight.ts';
import {
  brokenSuites,
  namedSuites,
  otherSuites,
  type Suites,
  staticKeySuites,
  suiteName,
  weakSuites,
} from '../../google/tls/suites.ts';
import { isLoopback } from '../../run/settings.ts';
import type { Check } from '../check.ts';
import type { Trial } from '../trial.ts';
import { must, NotTested } from '../verdicts.ts';

/** Where TLS is spoken. Throws `NotTested` if the URL is plain HTTP. */
function addressOf(trial: Trial): { readonly host: string; readonly port: number } {
  const { baseUrl } = trial.settings;
  if (baseUrl.protocol !== 'https:') throw new NotTested('the URL is plain http');
  return { host: baseUrl.hostname.replace(/^\[|\]$/g, ''), port: Number(baseUrl.port || 443) };
}

async function offer(trial: Trial, version: TlsVersion, ...suites: readonly Suites[]): Promise<HelloAnswer> {
  const numbers = suites.flatMap((one) => Object.values(one));
  const answer = await sayHello({
    ...addressOf(trial),
    version,
    suites: numbers,
    timeoutMs: trial.settings.answerMs,
  });
  if (answer.kind === 'unreachable') throw new NotTested(`no TLS handshake: ${answer.how}`);
  return answer;
}

/** A version that must not be spoken, whatever the suite. */
function versionRefused(version: TlsVersion): Check {
  const name = version.toLowerCase().replaceAll(/[. ]/g, '-');
  return {
    id: `transport/refuses-${name}`,
    requirements: ['TLS-1', 'ECHO-4'],
    level: 'MUST',
    expects: `Refuses ${version}.`,
    run: async (trial) => {
      const answer = await offer(trial, version, namedSuites, otherSuites, staticKeySuites, weakSuites);
      must(answer.kind === 'refused', `spoke ${version}`);
    },
  };
}

/** Suites of which none must be chosen over TLS 1.2. */
function suitesRefused(
  name: string,
  level: Check['level'],
  requirements: readonly string[],
  what: string,
  suites: Suites,
): Check {
  return {
    id: `transport/refuses-${name}`,
    requirements,
    level,
    expects: `Negotiates no suite ${what}.`,
    run: async (trial) => {
      const answer = await offer(trial, 'TLS 1.2', suites);
      must(answer.kind === 'refused', `chose ${answer.kind === 'accepted' ? suiteName(answer.suite) : ''}`);
    },
  };
}

const handshakes: readonly Check[] = [
  {
    id: 'transport/is-https',
    requirements: ['TLS-1', 'TLS-5'],
    level: 'MUST',
    expects: 'Is served over HTTPS.',
    run: async (trial) => {
      const { baseUrl } = trial.settings;
      if (baseUrl.protocol === 'http:' && isLoopback(baseUrl))
        throw new NotTested('plain http on this very machine');
      must(baseUrl.protocol === 'https:', 'the URL is plain http');
    },
  },
  {
    id: 'transport/speaks-tls-1-2',
    requirements: ['TLS-1', 'TLS-2', 'ECHO-4'],
    level: 'MUST',
    expects: 'Speaks TLS 1.2 with at least one of the six named suites.',
    run: async (trial) => {
      const answer = await offer(trial, 'TLS 1.2', namedSuites);
      must(
        answer.kind === 'accepted',
        `refused TLS 1.2 with the named suites: ${answer.kind === 'refused' ? answer.how : ''}`,
      );
    },
  },
  versionRefused('SSL 3.0'),
  versionRefused('TLS 1.0'),
  versionRefused('TLS 1.1'),
  {
    id: 'transport/refuses-tls-1-3',
    requirements: ['ECHO-4', 'OQ-3'],
    level: 'SHOULD',
    expects: 'Negotiates nothing but TLS 1.2, not TLS 1.3 either.',
    run: async (trial) => must(!(await speaksTls13(trial)), 'spoke TLS 1.3'),
  },
  suitesRefused(
    'broken-suites',
    'MUST',
    ['ECHO-4', 'TLS-2'],
    'without encryption or certificate, and none of export strength',
    brokenSuites,
  ),
  suitesRefused('weak-suites', 'MUST', ['ECHO-4', 'TLS-2'], 'with RC4, Triple DES, IDEA or SEED', weakSuites),
  suitesRefused(
    'static-key-suites',
    'MUST',
    ['ECHO-4', 'TLS-2'],
    'that exchanges keys by the certificate’s own key',
    staticKeySuites,
  ),
  suitesRefused('other-suites', 'SHOULD', ['TLS-2'], 'outside the six that are named', otherSuites),
  {
    id: 'transport/asks-for-no-client-certificate',
    requirements: ['TLS-6'],
    level: 'MUST',
    expects: 'Asks for no client certificate where the payload itself authenticates the caller.',
    codecs: ['pgp'],
    run: async (trial) => {
      const answer = await offer(trial, 'TLS 1.2', namedSuites);
      must(answer.kind !== 'accepted' || !answer.certificateRequested, 'asked for a client certificate');
    },
  },
  {
    id: 'transport/demands-client-certificate',
    requirements: ['TLS-6', 'OQ-13'],
    level: 'MUST',
    expects:
      'Serves nobody without a client certificate where nothing in the payload authenticates the caller.',
    codecs: ['jwe'],
    run: async (trial) => {
      addressOf(trial);
      const answer = await trial.probe({ anonymous: true, odd: true }).catch(() => undefined);
      const status = answer?.http.status;
      must(
        status === undefined || (status !== 200 && status !== 404),
        'read a request without a client certificate',
      );
    },
  },
];

async function speaksTls13(trial: Trial): Promise<boolean> {
  const { host, port } = addressOf(trial);
  const socket = connect({ host, port, servername: host, minVersion: 'TLSv1.3', rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(trial.settings.answerMs) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

interface Presented {
  readonly host: string;
  readonly certificate: PeerCertificate;
  readonly trusted: boolean;
  readonly why: string;
}

async function presented(trial: Trial): Promise<Presented> {
  const { host, port } = addressOf(trial);
  const { ca, clientCertificate, clientPrivateKey } = trial.world.config.tls ?? {};
  const socket = connect({
    host,
    port,
    servername: host,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ca: ca === undefined ? [...rootCertificates] : [ca],
    // Who demands one ends the handshake without it.
    ...(clientCertificate === undefined || clientPrivateKey === undefined
      ? {}
      : { cert: clientCertificate, key: clientPrivateKey }),
  });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(trial.settings.answerMs) });
    const why = socket.authorizationError;
    const certificate = socket.getPeerCertificate();
    return {
      host,
      certificate,
      trusted: socket.authorized,
      why: why instanceof Error ? why.message : String(why),
    };
  } catch {
    throw new NotTested('no TLS handshake');
  } finally {
    socket.destroy();
  }
}

const certificates: readonly Check[] = [
  {
    id: 'transport/certificate-names-host',
    requirements: ['TLS-3'],
    level: 'MUST',
    expects: 'Presents a certificate for the name in the URL.',
    run: async (trial) => {
      const { host, certificate } = await presented(trial);
      const fault = checkServerIdentity(host, certificate);
      must(fault === undefined, fault?.message ?? '');
    },
  },
  {
    id: 'transport/certificate-is-in-force',
    requirements: ['TLS-3', 'TLS-4'],
    level: 'MUST',
    expects: 'Presents a certificate that is valid today.',
    run: async (trial) => {
      const { valid_from, valid_to } = (await presented(trial)).certificate;
      const nowMs = Date.now();
      must(
        Date.parse(valid_from) <= nowMs && nowMs < Date.parse(valid_to),
        `it is valid from ${valid_from} to ${valid_to}`,
      );
    },
  },
  {
    id: 'transport/certificate-is-trusted',
    requirements: ['TLS-4'],
    level: 'SHOULD',
    expects: 'Presents a certificate that leads to a public authority, or to tls.ca.',
    run: async (trial) => {
      const { trusted, why } = await presented(trial);
      must(trusted, `it is not trusted: ${why}`);
    },
  },
];

export const tlsChecks: readonly Check[] = [...handshakes, ...certificates];
