import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Deadline } from '../../ports/clock.ts';
import { createLink, type Link, type LinkedRequest, ProxyFault } from './gateway-link.ts';

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

/**
 * The part of the time that may pass until a connection is there, and the least of it. Of the budget of a request as it
 * is set unless changed that is more than the second after which systems repeat a lost packet of a connection's, and
 * leaves enough to ask the next gateway.
 */
const CONNECT_PART = 0.6;
const CONNECT_MS_MIN = 300;

/** Some firewalls turn away what does not name itself. */
const DEFAULT_HEADERS = { accept: '*/*', 'user-agent': 'gsp-otp' };

/** Straight to wherever it is, by the public authorities. */
const directLink = createLink();

/**
 * Sends one request, once: redirects are not followed and nothing is repeated. Never rejects. Until a connection is
 * there nothing is written, so that what fails before is certain not to have reached the gateway. A connection that was
 * used before may end just when it is used again; whether the request was read then is open. [OQ-28]
 */
export async function exchange(
  request: GatewayRequest,
  deadline: Deadline,
  link: Link = directLink,
): Promise<Exchange> {
  if (deadline.remainingMs() <= 0) return { kind: 'unreached', fault: 'no time left' };
  let connection = 'none' as 'none' | 'new' | 'kept';
  try {
    const response = await responseTo(request, deadline, link, (isKept) => {
      connection = isKept ? 'kept' : 'new';
    });
    const status = response.statusCode ?? 0;
    const text = await readText(response);
    if (text === undefined) return { kind: 'lost', fault: `HTTP ${status} with an answer too long` };
    return { kind: 'answered', answer: { status, text } };
  } catch (error) {
    const unread = connection === 'none' || (connection === 'new' && isTurnedAway(error));
    const late = unread ? 'no connection by the deadline' : 'no answer by the deadline';
    return { kind: unread ? 'unreached' : 'lost', fault: deadline.signal.aborted ? late : faultOf(error) };
  }
}

/**
 * Settles by the head of the answer. Calls `onWrite` just before the first byte is written. Rejects too where no request
 * can be made of it, such as a header with characters that HTTP has none for.
 */
function responseTo(
  { method, url, headers, body }: GatewayRequest,
  deadline: Deadline,
  link: Link,
  onWrite: (isKept: boolean) => void,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const connecting = new AbortController();
    const connectMs = Math.max(CONNECT_MS_MIN, deadline.remainingMs() * CONNECT_PART);
    const options: LinkedRequest = {
      method,
      headers: { ...DEFAULT_HEADERS, ...headers },
      agent: link.agentFor(url),
      signal: deadline.signal,
      connectSignal: AbortSignal.any([deadline.signal, connecting.signal]),
    };
    const send = /^https:/i.test(url) ? requestTls : requestPlain;
    const call = send(url, options);
    const timer = setTimeout(() => connecting.abort(connectTimeout()), connectMs);
    call.on('socket', () => {
      clearTimeout(timer);
      onWrite(call.reusedSocket);
      // As bytes: a text would make Node write the headers in UTF-8 as well.
      call.end(body === undefined ? undefined : Buffer.from(body));
    });
    call.on('response', resolve);
    call.on('error', reject);
    call.on('close', () => {
      clearTimeout(timer);
      reject(new Error('closed'));
    });
  });
}

/**
 * Whether the server turned away the handshake itself. In TLS 1.3 it looks at a client's certificate after the client
 * has begun to write, and reads nothing of that before. [RFC 8446, 4.4.2.4 and 6.2]
 */
function isTurnedAway(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^ERR_SSL_[\w/]+_ALERT_(CERTIFICATE_\w+|BAD_CERTIFICATE\w*|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE|DECRYPT_ERROR)$/.test(
    code,
  );
}

function connectTimeout(): Error {
  return Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' });
}

/** `undefined`: longer than any gateway's answer is. Throws if it ends early or isn't UTF-8. */
async function readText(response: IncomingMessage): Promise<string | undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  let text = '';
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Of a request that can't be written. Templates of the operator's may come to that, with some values or with all. */
const UNFIT: Readonly<Record<string, string>> = {
  ERR_INVALID_CHAR: 'not sent, a header has a character that HTTP has none for',
  ERR_INVALID_HTTP_TOKEN: 'not sent, a header has a name that is none',
  ERR_INVALID_URL: 'not sent, the URL is none',
};

/** Messages name hosts and values; codes don't. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return 'broken off';
  if (error instanceof ProxyFault) return error.message;
  const code = 'code' in error ? String(error.code) : '';
  return /^[A-Z][A-Z0-9_/]{2,60}$/.test(code) ? (UNFIT[code] ?? code) : error.name;
}
