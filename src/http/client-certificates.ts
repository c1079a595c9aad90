import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type ClientName, isSameSubject, readSubject } from './client-name.ts';
import { namesOf, type RevocationList } from './revocation-list.ts';

/** Whom a listener lets in that demands client certificates. [TLS-6] */
export interface ClientTrust {
  /** PEM of those who issue the certificates. */
  readonly authorities: string;
  /** Empty: nothing is revoked. */
  readonly revocationLists: readonly RevocationList[];
  /** `undefined`: all that the authorities certify. */
  readonly allowed: readonly ClientName[] | undefined;
  readonly nowMs: () => number;
}

/** Tells of one open connection, at each of its requests. */
export function createClientJudge(): (socket: Socket, trust: ClientTrust) => boolean {
  const shown = new WeakMap<Socket, Shown>();
  return (socket, { allowed, nowMs, revocationLists }) => {
    const peer = shown.get(socket) ?? readPeer(socket);
    if (peer === undefined) return false;
    shown.set(socket, peer);
    // A connection may be older than the end of the certificate that opened it. [OQ-65]
    if (peer.expiresAtMs <= nowMs()) return false;
    // Nor is anybody let in by a list that is out of date: who was revoked since stands on the next one.
    const lists = revocationLists.filter(({ issuer }) => issuer === peer.issuer);
    if (lists.length > 0 && lists.every(({ expiresAtMs = Infinity }) => expiresAtMs <= nowMs())) return false;
    return allowed?.some((one) => isNamed(peer, one)) ?? true;
  };
}

/** Whether connections that were let in under the one may have to end under the other. */
export function isNarrower(before: ClientTrust, after: ClientTrust): boolean {
  const kept = new Set(certificatesIn(after.authorities));
  const lists = ({ revocationLists }: ClientTrust) => revocationLists.map(({ pem }) => pem).join('\n');
  return !certificatesIn(before.authorities).every((one) => kept.has(one)) || lists(before) !== lists(after);
}

function certificatesIn(pem: string): readonly string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => block.replace(/\s/g, ''));
}

interface Shown {
  /** DER, in hexadecimal. */
  readonly issuer: string;
  readonly subject: ReturnType<typeof readSubject>;
  /** In hexadecimal, upper case. */
  readonly fingerprint: string;
  readonly expiresAtMs: number;
}

function readPeer(socket: Socket): Shown | undefined {
  const certificate: X509Certificate | undefined =
    socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  if (certificate === undefined) return undefined;
  const { raw, subject, fingerprint256, validToDate } = certificate;
  const fingerprint = fingerprint256.replaceAll(':', '');
  return {
    issuer: namesOf(raw).issuer,
    subject: readSubject(subject),
    fingerprint,
    expiresAtMs: validToDate.getTime(),
  };
}

function isNamed({ subject, fingerprint }: Shown, one: ClientName): boolean {
  return one.kind === 'fingerprint' ? one.hexadecimal === fingerprint : isSameSubject(one.names, subject);
}
