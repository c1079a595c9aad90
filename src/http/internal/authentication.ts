import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ProvedCaller } from '../../methods/internal/call.ts';
import { Problem } from '../../methods/internal/problems.ts';
import type { Scope } from '../../ports/caller.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Secret } from '../../ports/secret.ts';
import { type ClientTrust, createClientJudge } from '../client-certificates.ts';
import type { ClientName } from '../client-name.ts';
import { HMAC_SCHEME, readSignedHeader, type SignedHeader, signatureOf } from './signature.ts';

/** Somebody who may call, by what he proves it, and what he may do. */
export interface ApiCaller {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly proof: /** A bearer token, by its SHA-256 digest. */
    | { readonly kind: 'token'; readonly digest: Uint8Array }
    /** A key that he signs calls with. */
    | { readonly kind: 'hmac'; readonly key: Secret }
    /** A certificate of the connection. */
    | { readonly kind: 'certificate'; readonly client: ClientName };
}

/** Whom the internal API knows. */
export interface ApiAccess {
  /** `undefined`: nobody has to prove anything, and everybody may do everything. For the sandbox on loopback alone. */
  readonly callers: readonly ApiCaller[] | undefined;
  /** Whom the listener lets in by certificates. `undefined`: it asks for none. */
  readonly clients: ClientTrust | undefined;
}

/** Proved by the head of a request, or to be proved by its body. */
export type Admission = ProvedCaller | { readonly provedBy: (body: Uint8Array) => ProvedCaller };

/** How far the timestamp of a signed call may be from our clock, either way. What was overheard is of no use later. */
export const SIGNATURE_WINDOW_SECONDS = 300;

/** Judges heads of requests. Throws `Problem` `unauthenticated` for what proves nothing; so does `provedBy`. */
export type Authenticate = (request: IncomingMessage, access: ApiAccess) => Admission;

const EVERYBODY: ProvedCaller = { name: 'anybody', proof: 'none', scopes: 'all' };

export function createAuthenticate(clock: Pick<Clock, 'nowMs'>): Authenticate {
  const isLetIn = createClientJudge();
  const byCertificate = (socket: Socket, callers: readonly ApiCaller[], clients: ClientTrust | undefined) =>
    callers.find(
      ({ proof }) =>
        proof.kind === 'certificate' &&
        clients !== undefined &&
        isLetIn(socket, { ...clients, allowed: [proof.client] }),
    );
  return (request, { callers, clients }) => {
    if (callers === undefined) return EVERYBODY;
    const [, scheme = '', parameters = ''] = /^(\S+) +(.*)$/.exec(request.headers.authorization ?? '') ?? [];
    switch (scheme.toLowerCase()) {
      case 'bearer':
        return admitted(byToken(parameters, callers), 'token');
      case HMAC_SCHEME.toLowerCase():
        return bySignature(request, parameters, callers, clock.nowMs());
      default:
        // Whoever shows a header of another kind means to prove something with it, and doesn't.
        if (request.headers.authorization !== undefined)
          throw nobody('Authorization has another scheme than these');
        return admitted(byCertificate(request.socket, callers, clients), 'certificate');
    }
  };
}

function admitted(caller: ApiCaller | undefined, proof: ProvedCaller['proof']): ProvedCaller {
  if (caller !== undefined) return { name: caller.name, proof, scopes: caller.scopes };
  throw nobody(
    proof === 'token'
      ? 'the bearer token is not one that is known'
      : 'there is neither a header Authorization nor a client certificate that is known',
  );
}

/** Every token is compared, so that how long it takes tells nothing about any of them. */
function byToken(token: string, callers: readonly ApiCaller[]): ApiCaller | undefined {
  const given = digestOf(token);
  return callers.filter(({ proof }) => proof.kind === 'token' && timingSafeEqual(proof.digest, given))[0];
}

export function digestOf(token: string): Uint8Array {
  return createHash('sha256').update(token).digest();
}

function bySignature(
  request: IncomingMessage,
  parameters: string,
  callers: readonly ApiCaller[],
  nowMs: number,
): Admission {
  const header = readSignedHeader(parameters);
  if (header === undefined) {
    throw nobody('Authorization must be HMAC-SHA256 caller=NAME, timestamp=SECONDS, signature=HEXADECIMAL');
  }
  if (Math.abs(Number(header.timestamp) - nowMs / 1000) > SIGNATURE_WINDOW_SECONDS) {
    throw nobody(`the timestamp is more than ${SIGNATURE_WINDOW_SECONDS} s from the clock of the server`);
  }
  return { provedBy: (body) => admittedBySignature(request, header, body, callers) };
}

function admittedBySignature(
  request: IncomingMessage,
  { caller: name, timestamp, signature }: SignedHeader,
  body: Uint8Array,
  callers: readonly ApiCaller[],
): ProvedCaller {
  const idempotencyKey = request.headers['idempotency-key'];
  const call = {
    method: request.method ?? '',
    path: request.url ?? '',
    timestamp,
    idempotencyKey: typeof idempotencyKey === 'string' ? idempotencyKey : '',
    body,
  };
  const given = Buffer.from(signature, 'hex');
  // While a key is replaced, a caller has two.
  const [caller] = callers.filter(
    ({ name: own, proof }) =>
      proof.kind === 'hmac' &&
      own === name &&
      timingSafeEqual(Buffer.from(signatureOf(call, proof.key.reveal()), 'hex'), given),
  );
  if (caller === undefined) throw nobody('the signature is none of a caller of that name');
  return { name, proof: 'hmac', scopes: caller.scopes };
}

function nobody(detail: string): Problem {
  return new Problem('unauthenticated', detail);
}
