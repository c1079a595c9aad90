import { createHash, createHmac } from 'node:crypto';

/** What of a call the caller signs, so that nothing of it can be changed on the way. */
export interface SignedCall {
  /** In upper case. */
  readonly method: string;
  /** As on the request line: path, and query if there is one. */
  readonly path: string;
  /** Whole seconds since 1970, in decimal. */
  readonly timestamp: string;
  /** The header; empty: there is none. */
  readonly idempotencyKey: string;
  readonly body: Uint8Array;
}

/** Of the `Authorization` header. */
export const HMAC_SCHEME = 'HMAC-SHA256';

/**
 * The signature of a call: HMAC-SHA-256, in hexadecimal, over five lines that a line feed stands between: the method, the
 * path, the timestamp, the idempotency key, and the SHA-256 digest of the body in hexadecimal.
 */
export function signatureOf(
  { method, path, timestamp, idempotencyKey, body }: SignedCall,
  key: string,
): string {
  const digest = createHash('sha256').update(body).digest('hex');
  const lines = [method, path, timestamp, idempotencyKey, digest];
  return createHmac('sha256', key).update(lines.join('\n')).digest('hex');
}

/** The `Authorization` header of a signed call. */
export function authorizationOf(call: SignedCall, caller: string, key: string): string {
  return `${HMAC_SCHEME} caller=${caller}, timestamp=${call.timestamp}, signature=${signatureOf(call, key)}`;
}

/** What such a header says. */
export interface SignedHeader {
  readonly caller: string;
  readonly timestamp: string;
  readonly signature: string;
}

const PARAMETERS = /^caller=([a-z0-9-]{1,32}), ?timestamp=([0-9]{1,12}), ?signature=([0-9a-f]{64})$/;

/** Reads what stands behind the scheme. `undefined`: it is of another form. */
export function readSignedHeader(parameters: string): SignedHeader | undefined {
  const [, caller, timestamp, signature] = PARAMETERS.exec(parameters) ?? [];
  if (caller === undefined || timestamp === undefined || signature === undefined) return undefined;
  return { caller, timestamp, signature };
}
