import type { ServerOptions } from 'node:https';
import {
  brokenSuites,
  otherSuites,
  staticKeySuites,
  weakSuites,
} from '../../../conformance/google/tls/suites.ts';
import { makeCertificate, type TestCertificate } from '../../support/test-certificates.ts';
import { accepting, type FrontFault, redirecting } from '../reference/front.ts';
import type { Fault } from '../reference/server.ts';

const right = makeCertificate({ kind: 'ec' });
const elsewhere = makeCertificate({ kind: 'ec', name: 'elsewhere.example' });
const outdated = { ...right, certificate: outdate(right.certificate) };

/** The certificate as if it had been made for some days of 2019. Its signature doesn't hold any more. */
function outdate(pem: string): string {
  const der = Buffer.from(pem.replaceAll(/-----.*?-----|\s/g, ''), 'base64').toString('latin1');
  const dates = ['190101000000Z', '190131000000Z'];
  const old = der.replaceAll(/\d{12}Z/g, () => dates.shift() ?? '');
  const lines =
    Buffer.from(old, 'latin1')
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const named =
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:' +
  'ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256';

export function tlsOptions({ certificate, key }: TestCertificate): ServerOptions {
  return { cert: certificate, key, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: named };
}

export const trustedCa = right.certificate;
export const rightTls = tlsOptions(right);

export interface TransportFault {
  readonly tls?: ServerOptions;
  /** What the examiner is told to trust. `undefined`: nothing beside the public roots. */
  readonly ca?: string | undefined;
  readonly front?: FrontFault;
  readonly fault?: Fault;
  /** Something else listens on the port for plain HTTP and redirects. */
  readonly plainHttp?: true;
  readonly also?: readonly string[];
}

const numbers = (suites: Readonly<Record<string, number>>) => Object.values(suites);
const tls12 = 0x0303;

const verbs = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

/** Serves a verb as if it were POST. */
const serves = (verb: string): TransportFault => ({
  fault: {
    admit: (correct) => (request, type) => (request.verb === verb ? noContent : correct(request, type)),
  },
});
const noContent = { status: 204, headers: {}, body: new Uint8Array() };

const ignoresType = (when: (type: string | undefined) => boolean): Fault => ({
  admit: (correct) => (request, type) =>
    when(request.headers['content-type']) ? undefined : correct(request, type),
});

export const transportFaults: Readonly<Record<string, TransportFault>> = {
  'transport/speaks-tls-1-2': {
    tls: { ...rightTls, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' },
    also: ['transport/refuses-tls-1-3'],
  },
  'transport/refuses-ssl-3-0': { front: accepting(0x0300, 'any') },
  'transport/refuses-tls-1-0': { front: accepting(0x0301, 'any') },
  'transport/refuses-tls-1-1': { front: accepting(0x0302, 'any') },
  'transport/refuses-tls-1-3': {
    tls: { ...rightTls, maxVersion: 'TLSv1.3', ciphers: `TLS_AES_128_GCM_SHA256:${named}` },
  },
  'transport/refuses-broken-suites': { front: accepting(tls12, numbers(brokenSuites)) },
  'transport/refuses-weak-suites': { front: accepting(tls12, numbers(weakSuites)) },
  'transport/refuses-static-key-suites': { front: accepting(tls12, numbers(staticKeySuites)) },
  'transport/refuses-other-suites': { front: accepting(tls12, numbers(otherSuites)) },
  'transport/certificate-names-host': { tls: tlsOptions(elsewhere), ca: elsewhere.certificate },
  'transport/certificate-is-in-force': {
    tls: tlsOptions(outdated),
    ca: outdated.certificate,
    also: ['transport/certificate-is-trusted'],
  },
  'transport/certificate-is-trusted': { ca: undefined },
  ...Object.fromEntries(verbs.map((verb) => [`transport/refuses-${verb.toLowerCase()}`, serves(verb)])),
  'transport/refuses-put': { ...serves('PUT'), also: ['transport/names-permitted-verb'] },
  'transport/names-permitted-verb': {
    fault: {
      admit: (correct) => (request, type) => {
        const reply = correct(request, type);
        return reply?.status === 405 ? { ...reply, headers: {} } : reply;
      },
    },
  },
  'transport/unknown-path': {
    fault: {
      admit: (correct) => (request, type) =>
        request.path.endsWith('noSuchMethod') ? noContent : correct(request, type),
    },
  },
  'transport/wrong-content-type': { fault: ignoresType((type) => type === 'text/plain') },
  'transport/missing-content-type': { fault: ignoresType((type) => type === undefined) },
  'transport/content-type-in-other-case': {
    fault: {
      admit: (correct) => (request, type) =>
        /[A-Z]/.test(request.headers['content-type'] ?? '')
          ? { ...noContent, status: 400 }
          : correct(request, type),
    },
  },
  'transport/oversized-body': { fault: { bodyBytesMax: () => Number.POSITIVE_INFINITY } },
  'transport/query-is-no-matter': {
    fault: {
      admit: (correct) => (request, type) => (request.query === '' ? correct(request, type) : noContent),
    },
  },
  'transport/serves-beside-slow-body': { fault: { inTurn: () => oneAfterTheOther() } },
  'transport/cuts-slow-body-off': { fault: { bodyMsMax: () => 60_000 } },
  'transport/no-plain-http-on-its-port': { front: redirecting },
  'transport/no-plain-http-beside-it': { plainHttp: true },
};

/** Reads and answers one request at a time. */
function oneAfterTheOther() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next;
    return next;
  };
}
