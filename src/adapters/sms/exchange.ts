import type { Deadline } from '../../ports/clock.ts';

/** One HTTP request to a gateway. `body` is `undefined` for a request without one. */
export interface GatewayRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface GatewayAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * What became of a request: an answer came whole; it was never written (`unreached`); or it may have been written
 * and no whole answer came (`lost`). `fault` is a code or a phrase of ours, never a value from the request.
 */
export type Exchange =
  | { readonly kind: 'answered'; readonly answer: GatewayAnswer }
  | { readonly kind: 'unreached'; readonly fault: string }
  | { readonly kind: 'lost'; readonly fault: string };

/** A gateway has no reason to say more. */
const ANSWER_BYTES_MAX = 65_536;

/** Sends one request, once: redirects are not followed and nothing is repeated. Never rejects. */
export async function exchange(request: GatewayRequest, deadline: Deadline): Promise<Exchange> {
  if (deadline.remainingMs() <= 0) return { kind: 'unreached', fault: 'no time left' };
  try {
    const { signal } = deadline;
    const { method, url, headers, body } = request;
    const options = { method, headers, signal, redirect: 'manual' } as const;
    const response = await fetch(url, body === undefined ? options : { ...options, body });
    const text = await readText(response);
    if (text === undefined) return { kind: 'lost', fault: `HTTP ${response.status} with an answer too long` };
    return { kind: 'answered', answer: { status: response.status, text } };
  } catch (error) {
    if (deadline.signal.aborted) return { kind: 'lost', fault: 'no answer by the deadline' };
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { kind: neverConnected(cause) ? 'unreached' : 'lost', fault: faultOf(cause) };
  }
}

/** `undefined`: longer than any gateway's answer is. Throws if it ends early or isn't UTF-8. */
async function readText(response: Response): Promise<string | undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  let text = '';
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The handshake was given up by us, or with something that doesn't speak TLS: no request had been written. */
const HANDSHAKE_FAULTS = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** True only where it is certain; a connection that broke may have carried the request. [OQ-28] */
function neverConnected(cause: unknown): boolean {
  // Several addresses were tried.
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(neverConnected);
  if (!(cause instanceof Error)) return false;
  if ('syscall' in cause && (cause.syscall === 'connect' || cause.syscall === 'getaddrinfo')) return true;
  return 'code' in cause && HANDSHAKE_FAULTS.has(String(cause.code));
}

/** Messages name hosts and values; codes don't. */
function faultOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'broken off';
  const code = 'code' in cause ? String(cause.code) : '';
  return /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : cause.name;
}
